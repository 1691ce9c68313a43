"""The tables of the store, and the migrations that lead there.

Each column's comment says what it is for; the comments are kept by SQLite with the schema.
A migration and the record that it ran share one transaction.
"""

from sqlite_utils import Database, Migrations

migrations = Migrations("mdm-sync")

FLEET_SOURCE = "jamf"
"""Name of Jamf Pro among the sources; a directory is named by its school."""

STORE = """
CREATE TABLE sites (            -- Jamf sites, as the last complete sweep saw them
    id INTEGER PRIMARY KEY,     -- Jamf's id
    name TEXT NOT NULL          -- the register names sites by it
);
CREATE TABLE devices (          -- mobile devices, as the last complete sweep saw them
    id INTEGER PRIMARY KEY,     -- Jamf's mobile device id
    serial TEXT NOT NULL,       -- to find the device by
    name TEXT NOT NULL,         -- pool devices are recognised by it
    asset_tag TEXT NOT NULL,    -- inventory number, to find the device by
    kind TEXT NOT NULL,         -- iPad, Apple TV ...: which rules apply
    model TEXT NOT NULL,        -- told with the device
    site_id INTEGER,            -- -1: none; NULL: not told
    shared INTEGER,             -- Shared iPad: 1 or 0; NULL: not told
    username TEXT,              -- matched with a person; NULL: not told
    real_name TEXT,             -- tells an assigned device from an unassigned one; NULL: not told
    email TEXT,                 -- matched with a person; NULL: not told
    missed INTEGER NOT NULL DEFAULT 0  -- complete sweeps in a row without it
);
CREATE INDEX devices_site ON devices (site_id);
CREATE TABLE device_mails (     -- full addresses among the user fields, in the form they are compared in
    device_id INTEGER NOT NULL, -- the device that names it
    mail TEXT NOT NULL,         -- the address
    PRIMARY KEY (device_id, mail)
) WITHOUT ROWID;
CREATE TABLE persons (          -- accounts, as the last complete read of each school saw them
    school TEXT NOT NULL,       -- Schulnummer
    uuid TEXT NOT NULL,         -- IServ's own identifier
    ref TEXT NOT NULL UNIQUE,   -- stands for the person outside the store
    login TEXT NOT NULL,        -- devices are matched by it
    mail TEXT NOT NULL,         -- devices are matched by it
    mail_key TEXT NOT NULL,     -- the address in the form it is compared in
    role TEXT NOT NULL,         -- student, teacher, staff, unknown
    missed INTEGER NOT NULL DEFAULT 0,  -- complete reads in a row without them
    PRIMARY KEY (school, uuid)
) WITHOUT ROWID;
CREATE INDEX persons_mail ON persons (mail_key);
CREATE TABLE sources (          -- how each source stands
    name TEXT PRIMARY KEY,      -- jamf, or iserv-<Schulnummer>
    complete_at TEXT,           -- last complete read
    proof TEXT,                 -- why it was believed (JSON)
    attempted_at TEXT NOT NULL, -- last attempt
    error TEXT                  -- why the last attempt gave nothing; NULL: it was complete
) WITHOUT ROWID;
CREATE TABLE assignments (      -- what the user fields of each device come to
    device_id INTEGER PRIMARY KEY,
    state TEXT NOT NULL,        -- none, matched, unmatched, ambiguous, undecided
    step TEXT,                  -- the matching step that found the person
    person_school TEXT,         -- the person's key
    person_uuid TEXT,           -- the person's key
    reason TEXT                 -- why it is undecided
);
CREATE TABLE findings (         -- what is or was wrong
    id INTEGER PRIMARY KEY,     -- the number that people name it by
    rule TEXT NOT NULL,         -- id of the rule
    subject TEXT NOT NULL,      -- what it is about, such as device:4711
    school TEXT NOT NULL,       -- Schulnummer it belongs to
    severity TEXT NOT NULL,     -- info, warning, critical
    details TEXT NOT NULL,      -- plain facts (JSON), persons only by reference
    open INTEGER NOT NULL,      -- 1 or 0
    opened_at TEXT NOT NULL,    -- first seen, or seen again after it was resolved
    resolved_at TEXT,           -- when it was last resolved
    reopened INTEGER NOT NULL DEFAULT 0,  -- how often it came back
    UNIQUE (rule, subject)
);
CREATE INDEX findings_subject ON findings (subject);
CREATE TABLE cycles (           -- one row for each cycle that was committed
    id INTEGER PRIMARY KEY,
    started_at TEXT NOT NULL,
    finished_at TEXT NOT NULL,
    transitions INTEGER NOT NULL  -- findings opened, reopened, changed or resolved
);
CREATE TABLE outbox (           -- what must leave the house, written with the conclusion behind it
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,   -- the other side recognises a double by it
    kind TEXT NOT NULL,         -- mail, summary
    content TEXT NOT NULL,      -- what the channel takes
    created_at TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting',  -- waiting, sent, failed
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at TEXT NOT NULL,       -- not before; a claim moves it to the end of its lease
    closed_at TEXT              -- when it was sent or given up
);
CREATE INDEX outbox_due ON outbox (state, due_at);
CREATE TABLE attempts (         -- each try to send
    outbox_id INTEGER NOT NULL REFERENCES outbox (id),
    at TEXT NOT NULL,
    error TEXT                  -- NULL: it left
);
"""

SCRATCH = """
CREATE TABLE scratch.devices (
    id INTEGER PRIMARY KEY, serial TEXT, name TEXT, asset_tag TEXT, kind TEXT, model TEXT,
    site_id INTEGER, shared INTEGER, username TEXT, real_name TEXT, email TEXT
);
CREATE TABLE scratch.device_mails (device_id INTEGER, mail TEXT, PRIMARY KEY (device_id, mail)) WITHOUT ROWID;
CREATE TABLE scratch.present (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE scratch.persons (uuid TEXT PRIMARY KEY, login TEXT, mail TEXT, mail_key TEXT, role TEXT) WITHOUT ROWID;
CREATE TABLE scratch.assignments (
    device_id INTEGER PRIMARY KEY, state TEXT, step TEXT, person_school TEXT, person_uuid TEXT, reason TEXT
);
CREATE TABLE scratch.site_names (name TEXT PRIMARY KEY) WITHOUT ROWID;
"""


@migrations()
def m001_first_tables(db: Database) -> None:
    """Devices, persons, assignments, findings, outbox."""
    for statement in STORE.split(";\n"):
        if statement.strip():
            db.execute(statement)
