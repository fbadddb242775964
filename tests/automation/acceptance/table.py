"""Every endpoint of automation, what it was called in the contract that ours fulfils, its test."""

from dataclasses import dataclass

SKILLS, VERSIONS, HABITS = "test_skills", "test_versions", "test_habits"
REFLEXES, EXECUTIONS, MARKET = "test_reflexes", "test_executions", "test_market"
CANCEL, WEBHOOKS = "test_cancel", "test_webhooks"


@dataclass(frozen=True, slots=True)
class Operation:
    """An endpoint below ``/api/v1``.

    Attributes:
        promised: The contract's name of it (B.3), which several of ours may share; None: it has
            none there.
        path: Its own id is ``{id}``.
        module: Of the test.
        test: The beginning of the test's name: one test has it.
    """

    promised: str | None
    method: str
    path: str
    module: str
    test: str


def _row(line: str, module: str) -> Operation:
    promised, operation, test = (part.strip() for part in line.split("|"))
    method, path = operation.split()
    return Operation(None if promised == "-" else promised, method, path, module, test)


def _rows(module: str, text: str) -> list[Operation]:
    return [_row(line, module) for line in text.strip().splitlines()]


OPERATIONS = [
    *_rows(
        SKILLS,
        """
        list            | GET /skills                      | test_skil_04
        create          | POST /skills                     | test_skil_01_a_skill_is_created
        get             | GET /skills/{id}                 | test_skil_02
        full            | GET /skills/{id}/full            | test_skil_03
        update          | PATCH /skills/{id}               | test_skil_05
        delete          | DELETE /skills/{id}              | test_skil_06
        duplicate       | POST /skills/{id}/duplicate      | test_skil_07
        execute         | POST /skills/{id}/execute        | test_skil_08_a_skill_is_run
        test            | POST /skills/test                | test_skil_09
        test            | POST /skills/{id}/test           | test_skil_10
        stats           | GET /skills/{id}/stats           | test_skil_11
        executions      | GET /skills/{id}/executions      | test_skil_12
        bulk activate   | POST /skills/bulk/activate       | test_skil_13
        bulk deactivate | POST /skills/bulk/deactivate     | test_skil_13
        bulk delete     | DELETE /skills/bulk              | test_skil_13
        export          | GET /skills/{id}/export          | test_skil_14
        import          | POST /skills/import              | test_skil_14
        -               | POST /skills/bulk                | test_skil_13
        """,
    ),
    *_rows(
        VERSIONS,
        """
        - | GET /skills/{id}/versions                   | test_versions_never_change
        - | GET /skills/{id}/versions/{number}          | test_versions_never_change
        - | POST /skills/{id}/versions/{number}/restore | test_an_earlier_version
        - | GET /skills/{id}/labels                     | test_a_label
        - | POST /skills/{id}/labels                    | test_a_label
        - | DELETE /skills/{id}/labels/{label}          | test_a_label
        - | GET /models                                 | test_the_models
        - | GET /provider-keys                          | test_a_provider_key
        - | POST /provider-keys                         | test_a_provider_key
        - | DELETE /provider-keys/{provider}            | test_a_provider_key
        """,
    ),
    *_rows(
        HABITS,
        """
        list          | GET /habits                     | test_hbit_04
        create        | POST /habits                    | test_hbit_01_a_habit_is_created
        get           | GET /habits/{id}                | test_hbit_02
        full          | GET /habits/{id}/full           | test_hbit_03
        update        | PATCH /habits/{id}              | test_hbit_05
        delete        | DELETE /habits/{id}             | test_hbit_06
        activate      | POST /habits/{id}/activate      | test_hbit_07
        deactivate    | POST /habits/{id}/deactivate    | test_hbit_07
        -             | POST /habits/{id}/toggle        | test_hbit_07
        run-now       | POST /habits/{id}/run-now       | test_hbit_08
        executions    | GET /habits/{id}/executions     | test_hbit_08
        reset-errors  | POST /habits/{id}/reset-errors  | test_hbit_09
        stats         | GET /habits/{id}/stats          | test_hbit_10
        -             | GET /habits/stats               | test_hbit_10
        validate-cron | POST /habits/validate-cron      | test_hbit_11
        -             | GET /habits/{id}/occurrences    | test_hbit_01_a_habit_is_created
        """,
    ),
    *_rows(
        REFLEXES,
        """
        list              | GET /reflexes                         | test_rflx_04
        create            | POST /reflexes                        | test_rflx_01_a_reflex_is_created
        get               | GET /reflexes/{id}                    | test_rflx_02
        full              | GET /reflexes/{id}/full               | test_rflx_03
        update            | PATCH /reflexes/{id}                  | test_rflx_05
        delete            | DELETE /reflexes/{id}                 | test_rflx_06
        activate          | POST /reflexes/{id}/activate          | test_rflx_07
        deactivate        | POST /reflexes/{id}/deactivate        | test_rflx_07
        -                 | POST /reflexes/{id}/toggle            | test_rflx_07
        test              | POST /reflexes/{id}/test              | test_rflx_08
        reset-errors      | POST /reflexes/{id}/reset-errors      | test_rflx_09
        regenerate-secret | POST /reflexes/{id}/regenerate-secret | test_rflx_10
        executions        | GET /reflexes/{id}/executions         | test_rflx_11
        stats             | GET /reflexes/{id}/stats              | test_rflx_11
        -                 | GET /reflexes/stats                   | test_rflx_11
        webhook-info      | GET /reflexes/{id}/webhook            | test_rflx_12
        -                 | POST /reflexes/{id}/events            | test_a_call_with_an_id
        -                 | GET /reflexes/{id}/events             | test_what_happens_inside
        """,
    ),
    *_rows(MARKET, "- | POST /reflexes/{id}/rehearse | test_a_rehearsal_runs_nothing"),
    *_rows(WEBHOOKS, "- | POST /webhooks/reflexes/{id} | test_a_signed_webhook"),
    *_rows(
        EXECUTIONS,
        """
        list            | GET /executions                 | test_exec_01
        get             | GET /executions/{id}            | test_exec_02_an_execution_is_told
        full            | GET /executions/{id}/full       | test_exec_02_an_execution_is_told
        recent          | GET /executions/recent          | test_the_newest
        running         | GET /executions/running         | test_the_newest
        retry           | POST /executions/{id}/retry     | test_an_execution_that_failed
        stats           | GET /executions/stats           | test_the_totals
        stats           | GET /executions/stats/by-type   | test_the_totals
        stats           | GET /executions/stats/by-status | test_the_totals
        stats           | GET /executions/stats/by-period | test_exec_05
        -               | GET /executions/stats/by-skill  | test_exec_04
        cost-breakdown  | GET /executions/cost-breakdown  | test_the_costs
        performance     | GET /executions/performance     | test_the_speeds
        export          | GET /executions/export          | test_executions_are_written
        cleanup         | DELETE /executions/cleanup      | test_old_executions
        -               | POST /executions/cleanup        | test_old_executions
        -               | GET /executions/{id}/stream     | test_an_execution_is_watched
        """,
    ),
    *_rows(CANCEL, "cancel | POST /executions/{id}/cancel | test_exec_03"),
]
REQUIREMENTS = {"SKIL": 14, "HBIT": 11, "RFLX": 12, "EXEC": 5}
"""How many the contract has of each kind."""


def _names(text: str) -> list[str]:
    return [each.strip() for each in text.split(",")]


PROMISED = {
    "skills": _names(
        "list, get, full, create, update, delete, duplicate, execute, test, stats, executions,"
        " bulk activate, bulk deactivate, bulk delete, export, import"
    ),
    "habits": _names(
        "list, get, full, create, update, delete, activate, deactivate, run-now, reset-errors,"
        " executions, stats, validate-cron"
    ),
    "reflexes": _names(
        "list, get, full, create, update, delete, activate, deactivate, test, reset-errors,"
        " regenerate-secret, executions, stats, webhook-info"
    ),
    "executions": _names(
        "list, get, full, recent, running, cancel, retry, stats, cost-breakdown, performance,"
        " export, cleanup"
    ),
}
"""The 55 endpoints of the contract."""


def operation_of(method: str, path: str) -> Operation | None:
    """Return the endpoint that a request is for; names go before ids."""
    parts = path.strip("/").split("/")
    fitting = [each for each in OPERATIONS if each.method == method and _fits(each.path, parts)]
    return min(fitting, key=lambda each: each.path.count("{"), default=None)


def _fits(template: str, parts: list[str]) -> bool:
    wanted = template.strip("/").split("/")
    return len(wanted) == len(parts) and all(
        ours.startswith("{") or ours == theirs for ours, theirs in zip(wanted, parts, strict=True)
    )
