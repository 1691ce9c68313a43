"""The tables of the store, and the migrations that lead there.

Each column's comment says what it is for, each table's where its rows come from and how long they are kept; SQLite
keeps the comments with the schema, and ``mdm-sync privacy inventory`` shows them.
A migration and the record that it ran share one transaction.
"""

from sqlite_utils import Database, Migrations

migrations = Migrations("mdm-sync")

FLEET_SOURCE = "jamf"
"""Name of Jamf Pro among the sources; a directory is named by its school."""

INVENTORY_SOURCE = "inventory"
"""Name of the inventory among the sources."""

STORE = """
CREATE TABLE sites (            -- Jamf sites, as the last complete sweep saw them
    -- source: Jamf Pro; kept: while Jamf Pro shows it
    id INTEGER PRIMARY KEY,     -- Jamf's id
    name TEXT NOT NULL          -- the register names sites by it
);
CREATE TABLE devices (          -- mobile devices and computers, as the last complete sweep saw them; NULL: not told
    -- source: Jamf Pro; kept: until two complete sweeps and a query of its own do not show it
    subject TEXT PRIMARY KEY,   -- device:<Jamf id> or computer:<Jamf id>; findings name it so
    serial TEXT NOT NULL,       -- to find the device by
    name TEXT NOT NULL,         -- pool devices are recognised by it
    asset_tag TEXT NOT NULL,    -- inventory number, to find the device by
    kind TEXT NOT NULL,         -- ipad, apple-tv, mac ...: which rules apply
    model TEXT NOT NULL,        -- told with the device
    site_id INTEGER,            -- -1: none
    shared INTEGER,             -- Shared iPad: 1 or 0
    username TEXT,              -- matched with a person
    real_name TEXT,             -- matched with a person
    email TEXT,                 -- matched with a person
    management_id TEXT NOT NULL,  -- MDM commands name the device by it
    managed INTEGER,            -- 1 or 0
    supervised INTEGER,         -- 1 or 0
    lost_mode INTEGER,          -- 1 or 0, as the device confirmed it
    lost_mode_since TEXT,       -- when it was switched on
    last_inventory TEXT,        -- silent devices are found by it
    last_contact TEXT,          -- tells whether a lost device was seen
    last_enrolled TEXT,         -- tells whether a lost device was enrolled anew
    profile_expires TEXT,       -- end of the MDM profile
    purchased TEXT,             -- day; age and replacement are counted from it
    building TEXT NOT NULL,     -- pool devices may be recognised by it
    room TEXT NOT NULL,         -- pool devices may be recognised by it
    prestage TEXT NOT NULL,     -- pool devices may be recognised by it
    groups TEXT,                -- names of the Jamf groups asked for (JSON): class sets, pool devices
    attributes TEXT,            -- extension attributes asked for (JSON): pool devices, repair
    missed INTEGER NOT NULL DEFAULT 0  -- complete sweeps in a row without it
) WITHOUT ROWID;
CREATE INDEX devices_site ON devices (site_id);
CREATE INDEX devices_serial ON devices (serial);
CREATE TABLE device_mails (     -- full addresses among the user fields, in the form they are compared in
    -- source: Jamf Pro, user fields; kept: with the device
    subject TEXT NOT NULL,      -- the device that names it
    mail TEXT NOT NULL,         -- the address
    PRIMARY KEY (subject, mail)
) WITHOUT ROWID;
CREATE TABLE persons (          -- accounts, as the last complete read of each school saw them
    -- source: IServ; kept: while IServ shows them, then retention.persons_days, or while a device names them
    school TEXT NOT NULL,       -- Schulnummer
    uuid TEXT NOT NULL,         -- IServ's own identifier
    ref TEXT NOT NULL,          -- stands for the person outside the store
    login TEXT NOT NULL,        -- devices are matched by it
    mail TEXT NOT NULL,         -- devices are matched by it
    mail_key TEXT NOT NULL,     -- the address in the form it is looked up in
    role TEXT NOT NULL,         -- student, teacher, staff, unknown
    given_name TEXT NOT NULL,   -- devices are matched by it where they give a display name
    family_name TEXT NOT NULL,  -- devices are matched by it where they give a display name
    leaver INTEGER NOT NULL,    -- 1: in a group of those who have left
    classes TEXT NOT NULL,      -- accounts of the class groups (JSON): who shares devices with whom
    grade INTEGER,              -- year of school: who is to have a device; NULL: not known
    missed INTEGER NOT NULL DEFAULT 0,  -- complete reads in a row without them, up to the one that settled it
    gone_since TEXT,            -- when it was settled that they are gone; NULL: they are there
    left_since TEXT,            -- first seen missing, among the leavers or without the role that they had
    role_before TEXT,           -- student or teacher, where they have no role now
    PRIMARY KEY (school, uuid)
) WITHOUT ROWID;
CREATE INDEX persons_mail ON persons (mail_key);
CREATE TABLE classes (          -- class groups, as the last complete read of each school saw them
    -- source: IServ; kept: until the next read of the school
    school TEXT NOT NULL,       -- Schulnummer
    account TEXT NOT NULL,      -- account name of the group
    name TEXT NOT NULL,         -- as people write it; the Jamf group of a class set has it
    PRIMARY KEY (school, account)
) WITHOUT ROWID;
CREATE TABLE machines (         -- machines that Jamf Pro does not know, as the inventory last said
    -- source: inventory file; kept: while the file shows it
    number TEXT PRIMARY KEY,    -- inventory number
    kind TEXT NOT NULL,         -- desktop, laptop
    school TEXT NOT NULL,       -- Schulnummer
    serial TEXT NOT NULL,       -- to find the machine by
    model TEXT NOT NULL,        -- told with the machine
    use TEXT NOT NULL,          -- what it is for: those of the office are counted apart
    purchased TEXT              -- day; age and replacement are counted from it; NULL: not told
) WITHOUT ROWID;
CREATE TABLE sources (          -- how each source stands
    -- source: mdm-sync; kept: always; one row for each source
    name TEXT PRIMARY KEY,      -- jamf, or iserv-<Schulnummer>
    known_since TEXT NOT NULL,  -- first attempt
    complete_at TEXT,           -- last complete read
    proof TEXT,                 -- why it was believed (JSON)
    server_time TEXT,           -- the source's own clock at the last read; changes are read from there
    attempted_at TEXT NOT NULL, -- last attempt
    error TEXT,                 -- why the last attempt gave nothing; NULL: it was complete
    shrunk INTEGER NOT NULL DEFAULT 0,  -- 1: since the last complete read one was refused because far less came
    privileges TEXT             -- what its API client may do beside what it needs (JSON)
) WITHOUT ROWID;
CREATE TABLE assignments (      -- what the user fields of each device come to
    -- source: mdm-sync, of Jamf Pro and IServ; kept: with the device
    subject TEXT PRIMARY KEY,   -- the device
    state TEXT NOT NULL,        -- none, matched, unmatched, ambiguous, undecided
    step TEXT,                  -- the matching step that found the person
    person_school TEXT,         -- the person's key
    person_uuid TEXT,           -- the person's key
    reason TEXT                 -- why it is undecided
) WITHOUT ROWID;
CREATE INDEX assignments_person ON assignments (person_school, person_uuid);
CREATE TABLE findings (         -- what is or was wrong
    -- source: mdm-sync, of Jamf Pro and IServ; kept: while open, then retention.findings_days
    id INTEGER PRIMARY KEY,     -- the number that people name it by
    rule TEXT NOT NULL,         -- id of the rule
    subject TEXT NOT NULL,      -- what it is about, such as device:4711
    school TEXT NOT NULL,       -- Schulnummer it belongs to
    severity TEXT NOT NULL,     -- info, warning, critical
    details TEXT NOT NULL,      -- plain facts (JSON), persons only by reference
    open INTEGER NOT NULL,      -- 1 or 0
    first_seen TEXT NOT NULL,   -- when it first opened
    opened_at TEXT NOT NULL,    -- first seen, or seen again after it was resolved
    changed_at TEXT NOT NULL,   -- its last step
    resolved_at TEXT,           -- when it was last resolved
    reopened INTEGER NOT NULL DEFAULT 0,  -- how often it came back
    UNIQUE (rule, subject)
);
CREATE INDEX findings_subject ON findings (subject);
CREATE INDEX findings_school ON findings (school);
CREATE TABLE finding_steps (    -- the history of each finding
    -- source: mdm-sync; kept: with the finding; of earlier openings retention.findings_days
    finding INTEGER NOT NULL REFERENCES findings (id),  -- whose step it is
    at TEXT NOT NULL,           -- when it was taken
    cycle INTEGER NOT NULL,     -- the cycle that concluded it
    kind TEXT NOT NULL,         -- opened, reopened, worsened, due, changed, resolved, withdrawn
    severity TEXT NOT NULL      -- from then on
);
CREATE INDEX finding_steps_finding ON finding_steps (finding);
CREATE TABLE acknowledgements ( -- who looks after a finding; it makes no noise meanwhile
    -- source: administrators; kept: while in force, then retention.findings_days
    finding INTEGER NOT NULL REFERENCES findings (id),  -- which one
    at TEXT NOT NULL,           -- since when
    until TEXT NOT NULL,        -- last day
    who TEXT NOT NULL,          -- user of the system
    why TEXT NOT NULL,          -- reason, in their words
    ended_at TEXT               -- taken back, its day passed, the finding resolved or got worse; NULL: in force
);
CREATE UNIQUE INDEX acknowledgements_in_force ON acknowledgements (finding) WHERE ended_at IS NULL;
CREATE TABLE judged (           -- which rules have judged which schools; the first time is a baseline
    -- source: mdm-sync; kept: while the rule is applied there
    school TEXT NOT NULL,       -- Schulnummer, "" for what belongs to no school
    rule TEXT NOT NULL,         -- id of the rule
    since TEXT NOT NULL,        -- its first look
    PRIMARY KEY (school, rule)
) WITHOUT ROWID;
CREATE TABLE exceptions (       -- standing exceptions of the settings that the last cycle of all schools found idle
    -- source: settings; kept: until the next cycle
    title TEXT PRIMARY KEY      -- rule and what it is about
) WITHOUT ROWID;
CREATE TABLE holds (            -- conclusions that a brake kept back
    -- source: mdm-sync and administrators; kept: until closed, then retention.findings_days
    id INTEGER PRIMARY KEY,     -- the number that people name it by
    ring TEXT NOT NULL,         -- source, school, rule, all
    rule TEXT NOT NULL,         -- "" in the ring over all
    school TEXT NOT NULL,       -- Schulnummer, or ""
    direction TEXT NOT NULL,    -- opened, resolved, lost
    number INTEGER NOT NULL,    -- findings, or records of a source
    of INTEGER NOT NULL,        -- what the share is taken of
    since TEXT NOT NULL,        -- when it was first kept back
    state TEXT NOT NULL,        -- open, accepted, rejected, closed
    who TEXT NOT NULL,          -- user of the system who decided
    why TEXT NOT NULL,          -- reason, in their words
    changed_at TEXT NOT NULL    -- decided, grown, or closed
);
CREATE UNIQUE INDEX holds_in_force ON holds (ring, rule, school, direction) WHERE state <> 'closed';
CREATE TABLE device_spans (     -- history: where each device was and how it stood, from when to when
    -- source: Jamf Pro; kept: retention.places_days after its end
    subject TEXT NOT NULL,      -- device:<Jamf id> or computer:<Jamf id>
    serial TEXT NOT NULL,       -- by which the device is known when it is enrolled again
    kind TEXT NOT NULL,         -- ipad, apple-tv, mac ...
    site TEXT,                  -- name of the Jamf site; NULL: none
    lost_mode INTEGER,          -- 1 or 0
    since TEXT NOT NULL,        -- from when
    cycle INTEGER NOT NULL,     -- the cycle that saw it begin
    until TEXT,                 -- NULL: still so
    cycle_until INTEGER,        -- the cycle that saw it end
    last_contact TEXT           -- of a device that vanished: when it was last in contact
);
CREATE UNIQUE INDEX device_spans_now ON device_spans (subject) WHERE until IS NULL;
CREATE INDEX device_spans_subject ON device_spans (subject, since);
CREATE INDEX device_spans_serial ON device_spans (serial);
CREATE TABLE holder_spans (     -- history: whom each device named, from when to when
    -- source: mdm-sync, of Jamf Pro and IServ; kept: retention.holders_days after its end, without who is deleted
    subject TEXT NOT NULL,      -- the device
    person_school TEXT NOT NULL,  -- the person's key
    person_uuid TEXT NOT NULL,  -- the person's key
    since TEXT NOT NULL,        -- from when
    cycle INTEGER NOT NULL,     -- the cycle that saw it begin
    until TEXT,                 -- NULL: still so
    cycle_until INTEGER         -- the cycle that saw it end
);
CREATE UNIQUE INDEX holder_spans_now ON holder_spans (subject) WHERE until IS NULL;
CREATE INDEX holder_spans_subject ON holder_spans (subject, since);
CREATE INDEX holder_spans_person ON holder_spans (person_school, person_uuid);
CREATE TABLE incidents (        -- reports from outside Jamf Pro: theft, loss, damage, repair
    -- source: schools' form, or administrators; kept: while looked after, then retention.incidents_days
    number INTEGER PRIMARY KEY, -- the number that people name it by
    case_number TEXT NOT NULL,  -- of the schools' form; "" where it was entered by hand
    kind TEXT NOT NULL,         -- theft, loss, damage, repair
    serial TEXT NOT NULL,       -- as reported, or ""
    asset_tag TEXT NOT NULL,    -- as reported, or ""
    school TEXT NOT NULL,       -- Schulnummer of the school that reports it
    happened TEXT,              -- day; NULL: not told
    reported_at TEXT NOT NULL,  -- what is seen of the device after it matters
    handling TEXT NOT NULL,     -- open, locked, in repair, recovered, replaced, written off, closed
    recorded_by TEXT NOT NULL,  -- login of the machine, or name of the file
    last_read TEXT NOT NULL DEFAULT '',  -- what the form last said: only something else changes an incident
    settled_at TEXT             -- when the daily purge first saw it settled; NULL: somebody looks after it
);
CREATE UNIQUE INDEX incidents_case ON incidents (case_number) WHERE case_number <> '';
CREATE TABLE past_cases (       -- case numbers of incidents that are deleted: exports of the form repeat them for years
    -- source: schools' form; kept: retention.incidents_days
    case_number TEXT PRIMARY KEY,  -- of the schools' form; an import passes over it
    at TEXT NOT NULL            -- when the incident was deleted
) WITHOUT ROWID;
CREATE TABLE incident_doubles ( -- case numbers under which an incident was reported once more
    -- source: schools' form; kept: with the incident
    case_number TEXT PRIMARY KEY,  -- of the schools' form
    incident INTEGER NOT NULL REFERENCES incidents (number)  -- the one it is a double of
) WITHOUT ROWID;
CREATE TABLE incident_devices ( -- which devices incidents were found to be about; stays when a device vanishes
    -- source: Jamf Pro; kept: with the incident
    incident INTEGER NOT NULL REFERENCES incidents (number),  -- which one
    subject TEXT NOT NULL,      -- device:<Jamf id> or computer:<Jamf id>
    serial TEXT NOT NULL,       -- by which the device is known when it is enrolled again
    asset_tag TEXT NOT NULL,    -- told with the device
    site_id INTEGER,            -- where it stood last
    since TEXT NOT NULL,        -- when it was first found to be about it
    PRIMARY KEY (incident, subject)
) WITHOUT ROWID;
CREATE INDEX incident_devices_serial ON incident_devices (serial);
CREATE TABLE lock_commands (    -- commands about Lost Mode of devices that are reported stolen or lost
    -- source: Jamf Pro; kept: with lock_commands_read
    uuid TEXT PRIMARY KEY,      -- Jamf Pro's
    management_id TEXT NOT NULL,  -- of the device
    kind TEXT NOT NULL,         -- enable, disable
    state TEXT NOT NULL,        -- pending, acknowledged, error, not now
    sent_at TEXT,               -- when Jamf Pro took it
    completed_at TEXT           -- when the device answered
) WITHOUT ROWID;
CREATE INDEX lock_commands_device ON lock_commands (management_id);
CREATE TABLE lock_commands_read (  -- of which devices the commands were read, and when
    -- source: mdm-sync; kept: retention.locks_days
    management_id TEXT PRIMARY KEY,  -- of the device
    at TEXT NOT NULL            -- when they were read
) WITHOUT ROWID;
CREATE TABLE cycles (           -- one row for each cycle that was committed
    -- source: mdm-sync; kept: retention.places_days
    id INTEGER PRIMARY KEY,     -- steps and spans name it so
    started_at TEXT NOT NULL,   -- before its reads
    finished_at TEXT NOT NULL,  -- when it was committed
    transitions INTEGER NOT NULL  -- findings opened, reopened, changed or resolved
);
CREATE TABLE lock_orders (      -- what we asked of Lost Mode; written before it is sent
    -- source: administrators, or settings; kept: with the incident, then retention.locks_days
    id INTEGER PRIMARY KEY,     -- the number that people name it by
    subject TEXT NOT NULL,      -- the device
    serial TEXT NOT NULL,       -- of the device, for when its record is gone
    management_id TEXT NOT NULL,  -- commands name the device by it
    incident INTEGER,           -- number of the report behind it; NULL: none
    kind TEXT NOT NULL,         -- enable, disable
    asked_by TEXT NOT NULL,     -- user of the system
    automatic INTEGER NOT NULL, -- 1: nobody decided it but the settings
    why TEXT NOT NULL,          -- reason, in words; of what was held or refused, why it was
    asked_at TEXT NOT NULL,     -- before it is sent
    known TEXT NOT NULL,        -- uuids of the commands that were there before (JSON): a new one is this order's
    command_uuid TEXT NOT NULL, -- of the command at Jamf Pro, or ""
    outcome TEXT,               -- taken, not taken, refused, held; NULL: not known yet, to be looked up
    closed_at TEXT,             -- when the outcome was known
    told INTEGER NOT NULL DEFAULT 0  -- 1: a mail told that it waits for a person
);
CREATE INDEX lock_orders_device ON lock_orders (subject);
CREATE TABLE outbox (           -- what must leave the house, written with the conclusion behind it
    -- source: mdm-sync; kept: until sent, then retention.sent_days; what could not leave retention.failed_days
    id INTEGER PRIMARY KEY,     -- the number that people name it by
    key TEXT NOT NULL UNIQUE,   -- the other side recognises a double by it
    kind TEXT NOT NULL,         -- mail, summary
    content TEXT NOT NULL,      -- what the channel takes
    created_at TEXT NOT NULL,   -- with the conclusion behind it
    state TEXT NOT NULL DEFAULT 'waiting',  -- waiting, sent, failed
    attempts INTEGER NOT NULL DEFAULT 0,  -- tries that count
    due_at TEXT NOT NULL,       -- not before; a claim moves it to the end of its lease
    closed_at TEXT              -- when it was sent or given up
);
CREATE INDEX outbox_due ON outbox (state, due_at);
CREATE TABLE attempts (         -- each try to send
    -- source: mdm-sync; kept: with the entry
    outbox_id INTEGER NOT NULL REFERENCES outbox (id),  -- what was tried
    at TEXT NOT NULL,           -- when it began
    error TEXT                  -- NULL: it left
);
"""

SCRATCH = """
CREATE TABLE scratch.devices (
    subject TEXT PRIMARY KEY, serial, name, asset_tag, kind, model, site_id, shared, username, real_name, email,
    management_id, managed, supervised, lost_mode, lost_mode_since, last_inventory, last_contact, last_enrolled,
    profile_expires, purchased, building, room, prestage, groups, attributes, print
) WITHOUT ROWID;
CREATE TABLE scratch.same (subject TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE scratch.device_mails (subject TEXT, mail TEXT, PRIMARY KEY (subject, mail)) WITHOUT ROWID;
CREATE TABLE scratch.present (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE scratch.persons (
    uuid TEXT PRIMARY KEY, login, mail, mail_key, role, given_name, family_name, leaver, classes, grade
) WITHOUT ROWID;
CREATE TABLE scratch.machines (number TEXT PRIMARY KEY, kind, school, serial, model, use, purchased) WITHOUT ROWID;
CREATE TABLE scratch.assignments (
    subject TEXT PRIMARY KEY, state, step, person_school, person_uuid, reason
) WITHOUT ROWID;
CREATE INDEX scratch.assignments_person ON assignments (person_school, person_uuid);
"""


@migrations()
def m001_first_tables(db: Database) -> None:
    """Devices, persons, assignments, findings, outbox."""
    for statement in STORE.split(";\n"):
        if statement.strip():
            db.execute(statement)


MAILS = """
ALTER TABLE findings ADD COLUMN baseline INTEGER NOT NULL DEFAULT 0 /* 1: it last opened in a first look */;
ALTER TABLE outbox ADD COLUMN recipient TEXT NOT NULL DEFAULT '' /* address of a mail */;
ALTER TABLE outbox ADD COLUMN title TEXT NOT NULL DEFAULT '' /* subject of a mail */;
ALTER TABLE attempts ADD COLUMN ended_at TEXT /* NULL: under way, or broken off without a word */;
UPDATE attempts SET ended_at = at;
CREATE INDEX attempts_outbox ON attempts (outbox_id);
CREATE TABLE recipients (       -- whom news were put together for
    -- source: settings and register; kept: retention.findings_days after they were last told anything
    id INTEGER PRIMARY KEY,     -- the other tables name them by it
    key TEXT NOT NULL UNIQUE    -- circle, place and address
);
CREATE TABLE turns (            -- when what goes out by a rhythm was last put together, with or without news
    -- source: mdm-sync; kept: with the recipient
    recipient INTEGER NOT NULL REFERENCES recipients (id),  -- who
    kind TEXT NOT NULL,         -- digest, sign of life
    at TEXT NOT NULL,           -- when
    PRIMARY KEY (recipient, kind)
) WITHOUT ROWID;
CREATE TABLE told (             -- what each recipient was last told of each finding
    -- source: mdm-sync; kept: with recipient and finding
    recipient INTEGER NOT NULL REFERENCES recipients (id),  -- who was told
    finding INTEGER NOT NULL REFERENCES findings (id),  -- of which
    severity TEXT NOT NULL,     -- as it was told
    open INTEGER NOT NULL,      -- 1: that it is there, 0: that it is solved
    cycle INTEGER NOT NULL,     -- of the finding's last step then
    outbox INTEGER NOT NULL REFERENCES outbox (id),  -- the mail
    PRIMARY KEY (recipient, finding)
) WITHOUT ROWID;
CREATE TABLE told_holds (       -- which holds each recipient was told of since somebody last decided about them
    -- source: mdm-sync; kept: with recipient and hold
    recipient INTEGER NOT NULL REFERENCES recipients (id),  -- who was told
    hold INTEGER NOT NULL REFERENCES holds (id),  -- of which
    PRIMARY KEY (recipient, hold)
) WITHOUT ROWID
"""


@migrations()
def m002_mails(db: Database) -> None:
    """Who was told what, and each attempt from its beginning."""
    for statement in MAILS.split(";\n"):
        db.execute(statement)


TOTALS = """
CREATE TABLE totals (           -- history: how things stood, as the first cycle of each day counted
    -- source: mdm-sync; kept: retention.totals_days: by them years are compared
    day TEXT PRIMARY KEY,       -- at the schools
    content BLOB NOT NULL       -- a summary of all schools, counts only (JSON, compressed by zlib)
) WITHOUT ROWID
"""


@migrations()
def m003_totals(db: Database) -> None:
    """The totals of each day."""
    db.execute(TOTALS)


LOOKS = """
CREATE TABLE looks (            -- the last look at each school: while nothing changes, a new one is spared
    -- source: mdm-sync; kept: until the next look
    school TEXT PRIMARY KEY,    -- Schulnummer
    basis TEXT NOT NULL,        -- hash of settings, register, day and what else it rested on beside stored rows
    at TEXT NOT NULL,           -- its moment, or the later one up to which it was found to hold
    outcomes TEXT NOT NULL      -- which rules could decide, and on how many (JSON)
) WITHOUT ROWID\n;
CREATE TABLE altered (          -- where something changed since it was last looked at
    -- source: mdm-sync; kept: until the next look at all schools
    kind TEXT NOT NULL,         -- site, persons, holders
    key TEXT NOT NULL,          -- Jamf's id of the site; Schulnummer
    PRIMARY KEY (kind, key)
) WITHOUT ROWID\n;
CREATE TRIGGER devices_come AFTER INSERT ON devices BEGIN
    INSERT INTO altered VALUES ('site', coalesce(new.site_id, '')) ON CONFLICT DO NOTHING;
END\n;
CREATE TRIGGER devices_go AFTER DELETE ON devices BEGIN
    INSERT INTO altered VALUES ('site', coalesce(old.site_id, '')) ON CONFLICT DO NOTHING;
    INSERT INTO altered SELECT 'holders', person_school FROM assignments
    WHERE subject = old.subject AND person_school IS NOT NULL ON CONFLICT DO NOTHING;
END\n;
CREATE TRIGGER devices_change AFTER UPDATE ON devices WHEN
    (old.serial, old.name, old.asset_tag, old.kind, old.model, old.site_id, old.shared, old.username, old.real_name,
    old.email, old.managed, old.supervised, old.lost_mode, old.profile_expires, old.purchased, old.building, old.room,
    old.prestage, old.groups, old.attributes, old.missed)
    IS NOT (new.serial, new.name, new.asset_tag, new.kind, new.model, new.site_id, new.shared, new.username,
    new.real_name, new.email, new.managed, new.supervised, new.lost_mode, new.profile_expires, new.purchased,
    new.building, new.room, new.prestage, new.groups, new.attributes, new.missed)
    OR coalesce(new.last_inventory < old.last_inventory, old.last_inventory IS NOT new.last_inventory)
    OR old.last_inventory IS NOT new.last_inventory AND EXISTS (
        SELECT 1 FROM findings WHERE rule = 'device-silent' AND subject = old.subject AND open
    )
BEGIN
    INSERT INTO altered VALUES ('site', coalesce(old.site_id, '')), ('site', coalesce(new.site_id, ''))
    ON CONFLICT DO NOTHING;
    INSERT INTO altered SELECT 'holders', person_school FROM assignments
    WHERE subject = old.subject AND person_school IS NOT NULL ON CONFLICT DO NOTHING;
END\n;
CREATE TRIGGER persons_come AFTER INSERT ON persons BEGIN
    INSERT INTO altered VALUES ('persons', new.school) ON CONFLICT DO NOTHING;
END\n;
CREATE TRIGGER persons_go AFTER DELETE ON persons BEGIN
    DELETE FROM looks;
END\n;
CREATE TRIGGER persons_change AFTER UPDATE ON persons WHEN
    (old.ref, old.login, old.mail, old.role, old.given_name, old.family_name, old.leaver, old.classes, old.grade,
    old.missed, old.gone_since, old.left_since, old.role_before)
    IS NOT (new.ref, new.login, new.mail, new.role, new.given_name, new.family_name, new.leaver, new.classes,
    new.grade, new.missed, new.gone_since, new.left_since, new.role_before)
BEGIN
    INSERT INTO altered VALUES ('persons', old.school) ON CONFLICT DO NOTHING;
END\n;
CREATE TRIGGER persons_change_address AFTER UPDATE ON persons WHEN old.mail_key IS NOT new.mail_key BEGIN
    DELETE FROM looks;
END\n;
CREATE TRIGGER classes_come AFTER INSERT ON classes BEGIN
    INSERT INTO altered VALUES ('persons', new.school) ON CONFLICT DO NOTHING;
END\n;
CREATE TRIGGER classes_go AFTER DELETE ON classes BEGIN
    INSERT INTO altered VALUES ('persons', old.school) ON CONFLICT DO NOTHING;
END\n
"""
"""Triggers see every change, whoever makes it. A newer report of a device changes what rules say only where it was
silent. Whom an address named before cannot be asked any more, so where one goes, every look goes."""


@migrations()
def m004_looks(db: Database) -> None:
    """What was last looked at, and what changed since."""
    for statement in LOOKS.split("\n;\n"):
        db.execute(statement)


PRINTS = """
CREATE TABLE device_prints (    -- what Jamf Pro last said of each device: what comes again as it was is not staged
    -- source: Jamf Pro; kept: with the device, as long as nothing changes its row
    subject TEXT PRIMARY KEY,   -- the device
    print BLOB NOT NULL         -- hash of all that is kept of the record
) WITHOUT ROWID\n;
CREATE TRIGGER device_prints_change AFTER UPDATE OF
    serial, name, asset_tag, kind, model, site_id, shared, username, real_name, email, management_id, managed,
    supervised, lost_mode, lost_mode_since, last_inventory, last_contact, last_enrolled, profile_expires, purchased,
    building, room, prestage, groups, attributes
ON devices BEGIN
    DELETE FROM device_prints WHERE subject = old.subject;
END\n;
CREATE TRIGGER device_prints_go AFTER DELETE ON devices BEGIN
    DELETE FROM device_prints WHERE subject = old.subject;
END\n;
CREATE TRIGGER device_prints_change_address AFTER DELETE ON device_mails BEGIN
    DELETE FROM device_prints WHERE subject = old.subject;
END\n;
CREATE TABLE directory_prints ( -- what each directory last said: one that says the same again is not staged
    -- source: IServ; kept: as long as nothing changes the school's persons and classes
    school TEXT PRIMARY KEY,    -- Schulnummer
    print BLOB NOT NULL         -- hash of all persons and classes, and of which entries could not be read
) WITHOUT ROWID\n;
CREATE TRIGGER directory_prints_change AFTER UPDATE ON persons BEGIN
    DELETE FROM directory_prints WHERE school = old.school;
END\n;
CREATE TRIGGER directory_prints_go AFTER DELETE ON persons BEGIN
    DELETE FROM directory_prints WHERE school = old.school;
END\n;
CREATE TRIGGER directory_prints_change_classes AFTER DELETE ON classes BEGIN
    DELETE FROM directory_prints WHERE school = old.school;
END\n
"""
"""Whoever changes a row makes it another than the source said; the next complete read writes it anew."""


@migrations()
def m005_prints(db: Database) -> None:
    """By which records the rows of devices, persons and classes were made."""
    for statement in PRINTS.split("\n;\n"):
        db.execute(statement)


AUDIT_DAYS_AT_LEAST = 90
"""Nobody can delete a line of the audit trail before."""

audit_migrations = Migrations("mdm-sync-audit")

AUDIT = f"""
CREATE TABLE audit (            -- who ran what that changed or revealed something
    -- source: administrators; kept: retention.audit_days
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- no number is given twice, so a missing one shows
    at TEXT NOT NULL,           -- before it was done
    who TEXT NOT NULL,          -- user of the system
    act TEXT NOT NULL,          -- the command
    about TEXT NOT NULL         -- numbers, serial numbers, references; never a name
)\n;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT raise(ABORT, 'the audit trail is only added to'); END\n;
CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit
WHEN old.at > strftime('%Y-%m-%dT%H:%M:%S', 'now', '-{AUDIT_DAYS_AT_LEAST} days')
BEGIN SELECT raise(ABORT, 'the audit trail is only added to'); END\n
"""
"""In a file of its own: a line is added while a cycle works with the store, and a restore takes none away."""


@audit_migrations()
def m001_audit(db: Database) -> None:
    """The audit trail."""
    for statement in AUDIT.split("\n;\n"):
        db.execute(statement)
