-- People who work with the hub, their sessions, and the audit log.

CREATE TABLE staff_members (
    id INTEGER NOT NULL PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password TEXT NOT NULL,
    -- Set while the password is a one-time password: it must be changed, and is worth nothing after this time.
    one_time_until TIMESTAMP,
    roles TEXT NOT NULL,
    outlet BIGINT,
    network TEXT,
    biller INTEGER,
    second_factor BLOB,
    factor_step BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    disabled_at TIMESTAMP
);

CREATE TABLE staff_recovery_codes (
    member_id BIGINT NOT NULL,
    digest BLOB NOT NULL,
    used_at TIMESTAMP,
    PRIMARY KEY (member_id, digest)
) WITHOUT ROWID;

CREATE TABLE staff_sessions (
    id INTEGER NOT NULL PRIMARY KEY,
    token BLOB NOT NULL UNIQUE,
    member_id BIGINT NOT NULL,
    stage SMALLINT NOT NULL,
    -- A second factor that is being enrolled, sealed.
    enrolling BLOB,
    address TEXT NOT NULL,
    agent TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    seen_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP
);
CREATE INDEX staff_sessions_member ON staff_sessions (member_id);

CREATE TABLE staff_attempts (
    subject TEXT NOT NULL PRIMARY KEY,
    failures INTEGER NOT NULL,
    last_at TIMESTAMP NOT NULL,
    blocked_until TIMESTAMP NOT NULL
) WITHOUT ROWID;

-- Each row holds the digest of the one before it; 'audit' counts them, so that a missing end shows too.
CREATE TABLE audit_log (
    seq BIGINT NOT NULL PRIMARY KEY,
    at TIMESTAMP NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    previous BLOB NOT NULL,
    digest BLOB NOT NULL
) WITHOUT ROWID;
INSERT INTO counters (name, next) VALUES ('audit', 1);

CREATE TRIGGER audit_log_keep BEFORE UPDATE ON audit_log BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
CREATE TRIGGER audit_log_stay BEFORE DELETE ON audit_log BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
