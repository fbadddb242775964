"""The providers' protocols, each in a module that imports its SDK.

An SDK takes half a second to several seconds to import, so nothing here is imported by others:
:func:`playhead.automation.models.opening.open_model` does so when a provider is first asked.
"""
