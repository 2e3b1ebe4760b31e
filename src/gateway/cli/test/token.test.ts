import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, it, vi } from "vitest"
import { storePath } from "../../gateway.ts"
import { Store } from "../../store/store.ts"
import { configureCommand } from "../configure.ts"
import { gatewayCommand } from "../gateway.ts"
import { tokenCommand } from "../token.ts"

const ADDRESS = `0x${"Ab".repeat(20)}`
let dir: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "dormouse-token-"))
  new Store(storePath(dir)).close()
})

afterEach(() => rmSync(dir, { recursive: true, force: true }))

async function run(command: (args: string[]) => Promise<number>, ...args: string[]) {
  const printed = { out: "", err: "" }
  const out = vi.spyOn(process.stdout, "write").mockImplementation((text, ...rest) => {
    printed.out += text
    for (const callback of rest) if (typeof callback === "function") (callback as () => void)()
    return true
  })
  const err = vi.spyOn(console, "error").mockImplementation((text) => {
    printed.err += `${text}\n`
  })
  const code = await command(args)
  out.mockRestore()
  err.mockRestore()
  return { code, ...printed }
}

it("makes, lists and revokes tokens", async () => {
  const made = await run(
    tokenCommand,
    "create",
    "--data",
    dir,
    "--name",
    "anna",
    "--role",
    "viewer",
    "--device",
    ADDRESS,
  )
  expect(made).toMatchObject({ code: 0, err: "", out: expect.stringMatching(/^dormouse_[\w-]{43}\n$/) })
  await run(tokenCommand, "create", "--data", dir, "--name", "bob", "--role", "operator")
  expect(await run(tokenCommand, "revoke", "--data", dir, "--name", "bob")).toMatchObject({ code: 0, out: "" })
  const listed = await run(tokenCommand, "list", "--data", dir, "--json")
  expect(JSON.parse(listed.out)).toMatchObject([
    { name: "anna", role: "viewer", devices: [ADDRESS.toLowerCase()], revokedAt: null },
    { name: "bob", role: "operator", revokedAt: expect.any(Number) },
  ])
  expect(listed.out).not.toContain(made.out.trim().slice(9))
  const lines = await run(tokenCommand, "list", "--data", dir)
  expect(lines.out).toMatch(/^anna {2}viewer .* valid\nbob {2}operator {2}all devices .* revoked .*\n$/)
})

it("ends with one line where it cannot", async () => {
  const base = ["--data", dir, "--name", "x"]
  const cases: [string[], number, string][] = [
    [[], 2, "E_USAGE"],
    [["dance"], 2, "E_USAGE"],
    [["create", ...base], 2, "E_USAGE"],
    [["create", ...base, "--role", "king"], 2, "E_USAGE"],
    [["create", "--data", dir, "--name", "a b", "--role", "viewer"], 2, "E_USAGE"],
    [["create", ...base, "--role", "viewer", "--device", "0x12"], 1, "E_ADDRESS"],
    [["revoke", ...base], 1, "E_TOKEN_NAME"],
    [["list", "--data", join(dir, "nowhere")], 1, "E_NO_DATA"],
  ]
  for (const [args, code, error] of cases) {
    const { err, ...result } = await run(tokenCommand, ...args)
    expect([args, result.code, err]).toEqual([args, code, expect.stringMatching(new RegExp(`^${error}: .+\\n$`))])
  }
})

it("configure needs a gateway that runs, and settings that make sense", async () => {
  const settings = ["--batch", "6", "--interval", "2"]
  expect(await run(configureCommand, ADDRESS, "--data", dir, ...settings)).toMatchObject({
    ...{ code: 1, err: expect.stringMatching(/^E_NOT_RUNNING: /) },
  })
  expect((await run(configureCommand, ADDRESS, "--data", dir, "--batch", "0", "--interval", "1")).code).toBe(2)
})

it("a gateway does not start with MQTT that cannot be", async () => {
  const common = ["--data", dir, "--coap", "0", "--http", "0", "--log", "silent"]
  const topic = await run(gatewayCommand, ...common, "--mqtt-topic", "x")
  expect(topic).toMatchObject({ code: 2, err: expect.stringMatching(/^E_USAGE: /) })
  const broker = await run(gatewayCommand, ...common, "--mqtt", "http://broker")
  expect(broker).toMatchObject({ code: 1, out: "", err: expect.stringMatching(/^E_MQTT: /) })
})
