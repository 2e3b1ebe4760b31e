import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { DatabaseSync } from "node:sqlite"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { systemRandom } from "../../ports.ts"
import { preferred } from "../accept.ts"
import { AccessLog } from "../access/access-log.ts"
import { accessPath, openAccess } from "../access/database.ts"
import { ANYBODY, mayReadLog, requireDevice, requireRole } from "../access/identity.ts"
import { Policy } from "../access/policy.ts"
import { Tokens } from "../access/tokens.ts"
import { csvOf } from "../csv.ts"

const A = `0x${"aa".repeat(20)}`
const B = `0x${"bb".repeat(20)}`
const code = (code: string) => expect.objectContaining({ code })

let dir: string
let database: DatabaseSync
let tokens: Tokens

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "dormouse-access-"))
  database = openAccess(dir)
  tokens = new Tokens(database)
})

afterEach(() => {
  database.close()
  rmSync(dir, { recursive: true, force: true })
})

describe("tokens", () => {
  it("are known by their hash alone, and void once revoked", () => {
    const secret = tokens.create({ name: "anna", role: "viewer", devices: [A] }, 5, systemRandom)
    expect(secret).toMatch(/^dormouse_[A-Za-z0-9_-]{43}$/)
    expect(tokens.find(secret)).toMatchObject({ name: "anna", role: "viewer", devices: [A] })
    expect(tokens.find(`${secret}x`)).toBeUndefined()
    for (const file of [accessPath(dir), `${accessPath(dir)}-wal`])
      expect(readFileSync(file).includes(secret.slice(9))).toBe(false)
    expect(() => tokens.create({ name: "anna", role: "operator" }, 6, systemRandom)).toThrow(code("E_TOKEN_NAME"))
    tokens.revoke("anna", 7)
    expect(tokens.find(secret)).toBeUndefined()
    expect(() => tokens.revoke("anna", 8)).toThrow(code("E_TOKEN_NAME"))
    expect(() => tokens.create({ name: "anna", role: "operator" }, 6, systemRandom)).toThrow(code("E_TOKEN_NAME"))
    expect(tokens.list()).toMatchObject([{ name: "anna", createdAt: 5, revokedAt: 7 }])
    expect(() => tokens.create({ name: "a b", role: "viewer" }, 1, systemRandom)).toThrow(code("E_USAGE"))
  })

  it("made by a command are known to a gateway that runs", () => {
    const other = openAccess(dir)
    const secret = new Tokens(other).create({ name: "late", role: "operator" }, 1, systemRandom)
    other.close()
    expect(tokens.find(secret)?.role).toBe("operator")
  })
})

describe("policy", () => {
  const caller = (headers = {}, remoteAddress = "127.0.0.1") => ({ headers, socket: { remoteAddress } })
  const host = "127.0.0.1:8683"

  it("lets anybody on this machine read, and nobody else", () => {
    const policy = new Policy({ tokens, requireToken: false, localSecret: "local" })
    for (const remote of ["127.0.0.1", "127.0.3.4", "::1", "::ffff:127.0.0.1"])
      expect(policy.identify(caller({ host }, remote))).toBe(ANYBODY)
    for (const remote of ["192.168.1.5", "10.0.0.1", "::ffff:192.168.1.5", "fe80::1", undefined])
      expect(() => policy.identify({ headers: { host }, socket: { remoteAddress: remote } })).toThrow(code("E_TOKEN"))
    expect(policy.identify(caller({ authorization: "Bearer local" }, "10.0.0.1"))).toMatchObject({ role: "operator" })
  })

  it("does not take a proxy or a web page for somebody on this machine", () => {
    const policy = new Policy({ tokens, requireToken: false })
    for (const headers of [
      { host, "x-forwarded-for": "1.2.3.4" },
      { host, forwarded: "for=1.2.3.4" },
      { host: "evil.example:8683" },
      { host, origin: "https://evil.example" },
      { host, origin: "null" },
    ])
      expect(() => policy.identify(caller(headers))).toThrow(code("E_TOKEN"))
    expect(policy.identify(caller({ host, origin: `http://${host}` }))).toBe(ANYBODY)
  })

  it("asks on this machine too where it must, and refuses a wrong token everywhere", () => {
    const strict = new Policy({ tokens, requireToken: true })
    expect(() => strict.identify(caller({ host }))).toThrow(code("E_TOKEN"))
    const open = new Policy({ tokens, requireToken: false })
    for (const authorization of ["Bearer wrong", "Bearer ", "Basic abc", ""])
      expect(() => open.identify(caller({ host, authorization }))).toThrow(code("E_TOKEN"))
  })

  it("knows what a role and a limit to devices allow", () => {
    const viewer = { name: "v", role: "viewer" as const }
    const owner = { ...viewer, devices: [A] }
    const operator = { name: "o", role: "operator" as const }
    expect(() => requireRole(ANYBODY, "operator")).toThrow(code("E_TOKEN"))
    expect(() => requireRole(viewer, "operator")).toThrow(code("E_FORBIDDEN"))
    expect(() => requireDevice(owner, B)).toThrow(code("E_FORBIDDEN"))
    expect(() => requireDevice(owner, A.toUpperCase().replace("0X", "0x"))).not.toThrow()
    const readers = [ANYBODY, viewer, owner, operator, { ...operator, devices: [B] }]
    expect(readers.map((identity) => mayReadLog(identity, A))).toEqual([false, false, true, true, false])
  })
})

describe("access log", () => {
  const device = new Uint8Array(20).fill(0xaa)
  const read = (who: string, seq: number) => {
    return { device, who, source: "::1", what: "readings", firstSeq: seq, lastSeq: seq + 9 } as const
  }

  it("counts equal reads of a minute, and survives its reader's zeal", async () => {
    let now = 60_000
    const log = new AccessLog(database, { now: () => now }, 3)
    await Promise.all(Array.from({ length: 500 }, (_, i) => log.record(read("eve", i))))
    expect(log.list(device, 1e9, 10)).toEqual([
      expect.objectContaining({ who: "eve", times: 500, firstSeq: 0, lastSeq: 508, since: 60_000, last: 60_000 }),
    ])
    for (const who of ["a", "b", "c"]) {
      now += 60_000
      await log.record(read(who, 1))
    }
    expect(log.list(device, 1e9, 10).map(({ who }) => who)).toEqual(["c", "b", "a"])
    expect(log.list(new Uint8Array(20), 1e9, 10)).toEqual([])
  })

  it("keeps ranges where a read brought nothing", async () => {
    const log = new AccessLog(database, { now: () => 0 }, 3)
    await log.record({ device, who: "a", source: "", what: "live" })
    expect(log.list(device, 1e9, 1)).toMatchObject([{ firstSeq: null, lastSeq: null }])
    await log.record({ device, who: "a", source: "", what: "live", firstSeq: 4, lastSeq: 6 })
    await log.record({ device, who: "a", source: "", what: "live" })
    expect(log.list(device, 1e9, 1)).toMatchObject([{ firstSeq: 4, lastSeq: 6, times: 3 }])
  })

  it("says so where it cannot write", async () => {
    const log = new AccessLog(database, { now: () => 0 }, 3)
    database.exec("PRAGMA query_only = ON")
    await expect(log.record(read("a", 1))).rejects.toMatchObject({ code: "E_STORE" })
  })
})

describe("forms", () => {
  const offered = ["application/senml+json", "application/json", "text/csv"] as const
  it.each([
    [undefined, offered[0]],
    ["*/*", offered[0]],
    ["text/csv", offered[2]],
    ["text/*;q=0.5, application/json;q=0.4", offered[2]],
    ["application/*;q=0.1, application/senml+json;q=0, text/csv;q=0.05", offered[1]],
  ])("%s: %s", (accept, type) => {
    expect(preferred(accept, offered)).toBe(type)
  })

  it("none that is accepted", () => {
    for (const accept of ["image/png", "text/csv;q=0", "text/csv;q=2", ""])
      if (accept) expect(() => preferred(accept, offered)).toThrow(code("E_ACCEPT"))
  })

  it("CSV holds neither formulas nor broken rows", () => {
    const bn = `eip155:1:${A}:`
    const pack = [
      { bn, bt: 1.5, n: "t", u: '=1,"', v: 2, seq: 7, anchored: null },
      { n: "t", v: -3, t: 2 },
    ]
    expect(csvOf(pack).split("\r\n").slice(1, 3)).toEqual([
      `${A},1970-01-01T00:00:01.500Z,t,"'=1,""",2,7,`,
      `${A},1970-01-01T00:00:03.500Z,t,,-3,7,`,
    ])
  })
})
