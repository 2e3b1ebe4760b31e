/** One file, one owner. Hashes and addresses are raw bytes; the chain is linear, so a number names a block. */
export const SCHEMA = `
CREATE TABLE IF NOT EXISTS meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Trie nodes and contract code by hash ("c" before the hash of code), of every block: historical state stays readable.
CREATE TABLE IF NOT EXISTS nodes (
  key BLOB PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS blocks (
  number INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  header BLOB NOT NULL, -- RLP
  body BLOB NOT NULL -- RLP list of transactions
) STRICT;

CREATE TABLE IF NOT EXISTS receipts (
  hash BLOB PRIMARY KEY, -- of the transaction
  block INTEGER NOT NULL,
  place INTEGER NOT NULL, -- in the block
  type INTEGER NOT NULL,
  sender BLOB NOT NULL,
  target BLOB, -- NULL: creates a contract
  contract BLOB, -- the contract created
  status INTEGER NOT NULL,
  gasUsed INTEGER NOT NULL,
  cumulativeGasUsed INTEGER NOT NULL,
  gasPrice TEXT NOT NULL -- decimal: may exceed 64 bits
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS receiptsOfBlock ON receipts (block, place);

CREATE TABLE IF NOT EXISTS logs (
  block INTEGER NOT NULL,
  place INTEGER NOT NULL, -- in the block
  tx INTEGER NOT NULL, -- place of its transaction
  address BLOB NOT NULL,
  topic0 BLOB,
  topic1 BLOB,
  topic2 BLOB,
  topic3 BLOB,
  data BLOB NOT NULL,
  PRIMARY KEY (block, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS logsOf ON logs (address, topic0, block);
`

/** Changes with the tables; a file of another version is refused, never guessed at. */
export const SCHEMA_VERSION = 1
