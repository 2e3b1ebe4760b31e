/**
 * The store's tables. A schema is never edited once released: a change is one more step at the end of `steps`, and
 * `PRAGMA user_version` counts the steps a file has taken.
 */
export const steps: readonly string[] = [
  `
  CREATE TABLE settings (name TEXT PRIMARY KEY, value ANY NOT NULL) WITHOUT ROWID, STRICT;

  CREATE TABLE devices (
    id INTEGER PRIMARY KEY,
    address BLOB NOT NULL UNIQUE,
    publicKey BLOB NOT NULL,
    profile BLOB NOT NULL,
    hello BLOB NOT NULL,
    signature BLOB NOT NULL,
    challengeTime INTEGER NOT NULL,
    status INTEGER NOT NULL DEFAULT 0,
    role INTEGER NOT NULL DEFAULT 0,
    requestTop INTEGER NOT NULL DEFAULT 0,
    requestMask INTEGER NOT NULL DEFAULT 1,
    have INTEGER NOT NULL DEFAULT 0,
    haveHead BLOB NOT NULL,
    stored INTEGER NOT NULL DEFAULT 0,
    anchored INTEGER NOT NULL DEFAULT 0,
    lastAnchored INTEGER NOT NULL DEFAULT 0,
    receiptCursor INTEGER NOT NULL DEFAULT 0,
    mailCursor INTEGER NOT NULL DEFAULT 0,
    mailLast INTEGER NOT NULL DEFAULT 0,
    lastSeen INTEGER NOT NULL DEFAULT 0,
    lastEpoch INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX devicesByStatus ON devices (status, id);

  CREATE TABLE reports (
    number INTEGER PRIMARY KEY,
    device INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    role INTEGER NOT NULL,
    gatewayTime INTEGER NOT NULL,
    prev BLOB NOT NULL,
    head BLOB NOT NULL,
    bytes BLOB NOT NULL,
    anchor INTEGER,
    leaf INTEGER,
    UNIQUE (device, seq)
  ) STRICT;
  CREATE INDEX reportsByPrev ON reports (device, prev);
  CREATE INDEX reportsByHead ON reports (device, head);
  CREATE INDEX reportsWaiting ON reports (epoch) WHERE anchor IS NULL;

  -- ranges of seq that a device declared given up
  CREATE TABLE gapRecords (
    device INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    firstSeq INTEGER NOT NULL,
    lastSeq INTEGER NOT NULL,
    PRIMARY KEY (device, seq)
  ) WITHOUT ROWID, STRICT;

  -- reports whose predecessor is not (yet) here
  CREATE TABLE breaks (
    device INTEGER NOT NULL,
    prev BLOB NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (device, prev, seq)
  ) WITHOUT ROWID, STRICT;

  -- evidence: the report that contradicts the one stored as (device, other)
  CREATE TABLE forks (
    device INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    head BLOB NOT NULL,
    cause TEXT NOT NULL,
    other INTEGER NOT NULL,
    gatewayTime INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (device, seq, head, cause)
  ) WITHOUT ROWID, STRICT;

  CREATE TABLE anchors (
    epoch INTEGER PRIMARY KEY,
    previousEpoch INTEGER NOT NULL,
    previous BLOB NOT NULL,
    root BLOB NOT NULL,
    count INTEGER NOT NULL,
    builtAt INTEGER NOT NULL,
    tx BLOB,
    block INTEGER,
    -- leaf hashes in tree order; [device, how many leaves, highest seq] of each device
    leaves BLOB NOT NULL,
    shares TEXT NOT NULL
  ) STRICT;

  CREATE TABLE mailbox (
    device INTEGER NOT NULL,
    number INTEGER NOT NULL,
    type INTEGER NOT NULL,
    payload BLOB NOT NULL,
    PRIMARY KEY (device, number)
  ) WITHOUT ROWID, STRICT;
  `,
  `
  -- lives of this data after the first, each begun from a backup
  CREATE TABLE incarnations (
    number INTEGER PRIMARY KEY,
    startedAt INTEGER NOT NULL,
    backup TEXT NOT NULL,
    takenAt INTEGER NOT NULL,
    height INTEGER NOT NULL,
    firstEpoch INTEGER NOT NULL,
    lastReport INTEGER NOT NULL
  ) STRICT;

  -- breaks that will never be mended, by the incarnation that lost what was before them; 0: no restore's doing
  CREATE TABLE losses (
    device INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    incarnation INTEGER NOT NULL,
    PRIMARY KEY (device, seq)
  ) WITHOUT ROWID, STRICT;

  -- what devices said that contradicts the chain; the evidence is the report of that seq
  CREATE TABLE alarms (
    device INTEGER NOT NULL,
    kind TEXT NOT NULL,
    seq INTEGER NOT NULL,
    value TEXT NOT NULL,
    gatewayTime INTEGER NOT NULL,
    incarnation INTEGER NOT NULL,
    afterRestore INTEGER NOT NULL,
    PRIMARY KEY (device, kind, seq)
  ) WITHOUT ROWID, STRICT;
  CREATE INDEX anchorsByPrevious ON anchors (previous);
  `,
]
