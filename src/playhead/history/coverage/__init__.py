"""The public record of what is known, what is not, why, and how it was checked."""
