import { createHash } from "node:crypto"
import type { DatabaseSync } from "node:sqlite"
import { GatewayError } from "../../errors.ts"
import type { Random } from "../../ports.ts"
import type { Identity, Role } from "./identity.ts"

export interface Token extends Identity {
  /** unix ms; null: valid */
  revokedAt: number | null
  createdAt: number
}

/** Tells a token from other secrets, for people and for scanners of leaked ones. */
const PREFIX = "dormouse_"
const SECRET_BYTES = 32
const NAME = /^[A-Za-z0-9._@-]{1,64}$/

/** A new secret; 256 bits of chance need no slow hash: nobody tries them all. */
export const newSecret = (random: Random) => PREFIX + Buffer.from(random(SECRET_BYTES)).toString("base64url")

export const hashOf = (secret: string) => createHash("sha256").update(secret).digest()

/** Who may ask the API what. Read from the file each time, so a token that a command revokes is void at once. */
export class Tokens {
  readonly #insert
  readonly #byHash
  readonly #all
  readonly #revoke

  constructor(database: DatabaseSync) {
    const columns = "name, role, devices, createdAt, revokedAt"
    this.#insert = database.prepare(
      "INSERT INTO tokens (name, role, devices, hash, createdAt) VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING",
    )
    this.#byHash = database.prepare(`SELECT ${columns} FROM tokens WHERE hash = ? AND revokedAt IS NULL`)
    this.#all = database.prepare(`SELECT ${columns} FROM tokens ORDER BY id`)
    this.#revoke = database.prepare("UPDATE tokens SET revokedAt = ? WHERE name = ? AND revokedAt IS NULL")
  }

  /** Returns the secret, which nobody can be told again. A name is used once, so that the access log stays clear. */
  create(identity: Identity, now: number, random: Random): string {
    const { name, role, devices } = identity
    if (!NAME.test(name)) throw new GatewayError("E_USAGE", "A name has 1 to 64 letters, digits and . _ @ -")
    const secret = newSecret(random)
    const list = devices ? JSON.stringify(devices) : null
    const { changes } = this.#insert.run(name, role, list, hashOf(secret), now)
    if (changes === 0) throw new GatewayError("E_TOKEN_NAME", `There is or was a token "${name}": take another name.`)
    return secret
  }

  find(secret: string): Identity | undefined {
    const row = this.#byHash.get(hashOf(secret))
    return row && tokenOf(row)
  }

  list(): Token[] {
    return this.#all.all().map(tokenOf)
  }

  revoke(name: string, now: number): void {
    if (this.#revoke.run(now, name).changes === 0)
      throw new GatewayError("E_TOKEN_NAME", `There is no valid token "${name}".`)
  }
}

function tokenOf({ name, role, devices, createdAt, revokedAt }: Record<string, unknown>): Token {
  return {
    ...{ name: name as string, role: role as Role },
    ...(devices !== null && { devices: JSON.parse(devices as string) as string[] }),
    ...{ createdAt: createdAt as number, revokedAt: revokedAt as number | null },
  }
}
