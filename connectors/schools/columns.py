"""The columns of the register; ``docs/register.md`` tells what each is for.

A cell with several values separates them by ``|``.
"""

REQUIRED = (
    "school",
    "name",
    "form",
    "stage",
    "sites",
    "iserv_url",
    "iserv_base",
    "iserv_account",
    "mail_domains",
    "student_groups",
    "teacher_groups",
    "staff_groups",
)
OPTIONAL = (
    "leaver_groups",
    "login_suffixes",
    "name_suffixes",
    "pool_names",
    "pool_buildings",
    "pool_rooms",
    "pool_groups",
    "pool_prestages",
    "pool_attributes",
    "administration_names",
    "spare_names",
    "campus",
    "support",
    "contacts",
    "remark",
)
"""A file without one of these says of it what an empty cell says."""
COLUMNS = REQUIRED + OPTIONAL

AS_WRITTEN = frozenset({"login_suffixes", "name_suffixes"})
"""Here blanks around a value are part of it: " RSK" is appended to a name with its blank."""
