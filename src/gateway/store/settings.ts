import type { DatabaseSync } from "node:sqlite"

/** Single values that outlive the process. */
export class Settings {
  readonly #get
  readonly #set

  constructor(database: DatabaseSync) {
    this.#get = database.prepare("SELECT value FROM settings WHERE name = ?")
    this.#set = database.prepare("INSERT INTO settings VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value")
  }

  get<T extends string | number | Uint8Array>(name: string): T | undefined {
    return this.#get.get(name)?.value as T | undefined
  }

  set(name: string, value: string | number | Uint8Array): void {
    this.#set.run(name, value)
  }

  /** The stored value, or the one that `make` gives, stored from now on. */
  getOrMake<T extends string | number | Uint8Array>(name: string, make: () => T): T {
    const known = this.get<T>(name)
    if (known !== undefined) return known
    const made = make()
    this.set(name, made)
    return made
  }
}
