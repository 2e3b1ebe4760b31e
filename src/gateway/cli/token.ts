import { Option } from "commander"
import { openAccess } from "../api/access/database.ts"
import type { Role } from "../api/access/identity.ts"
import { Tokens } from "../api/access/tokens.ts"
import { GatewayError } from "../errors.ts"
import { systemClock, systemRandom } from "../ports.ts"
import { command, exitCodeOf, print } from "./command.ts"
import { requireStore } from "./instance.ts"

interface Options {
  data: string
  name: string
  role: Role
  device?: string[]
  json?: boolean
}

const DATA = ["--data <dir>", "the gateway's data directory"] as const

/** `dormouse token create|list|revoke`: on the data directory, whether its gateway runs or not. */
export function tokenCommand([action = "", ...args]: string[]): Promise<number> {
  const actions: Record<string, (args: string[]) => Promise<void>> = { create, list, revoke }
  return exitCodeOf(async () => {
    if (action === "--help" || action === "-h") return print(HELP)
    if (!Object.hasOwn(actions, action)) throw new GatewayError("E_USAGE", "token create, token list or token revoke.")
    await actions[action]!(args)
  })
}

const HELP = `Usage: dormouse token create|list|revoke --data DIR ...; dormouse token create --help tells more.`

async function create(args: string[]): Promise<void> {
  const program = command("token create", "Makes a token and prints it: nobody can be told it again.")
    .requiredOption(...DATA)
    .requiredOption("--name <name>", "whose it is: the access log names him so")
    .addOption(new Option("--role <role>", "viewers read, operators also change").choices(["viewer", "operator"]))
    .option("--device <address...>", "only these devices")
  const { data, name, role, device } = program.parse(args, { from: "user" }).opts<Options>()
  if (!role) throw new GatewayError("E_USAGE", "--role viewer or --role operator is needed.")
  const devices = device?.map(checked)
  await withTokens(data, (tokens) =>
    print(tokens.create({ name, role, ...(devices && { devices }) }, systemClock().now(), systemRandom)),
  )
}

async function list(args: string[]): Promise<void> {
  const program = command("token list", "Lists tokens, valid and revoked; never their secrets.")
    .requiredOption(...DATA)
    .option("--json", "as JSON")
  const { data, json } = program.parse(args, { from: "user" }).opts<Options>()
  await withTokens(data, async (tokens) => {
    if (json) return print(JSON.stringify(tokens.list()))
    for (const { name, role, devices, createdAt, revokedAt } of tokens.list()) {
      const scope = devices ? devices.join(" ") : "all devices"
      const state = revokedAt === null ? "valid" : `revoked ${new Date(revokedAt).toISOString()}`
      await print(`${name}  ${role}  ${scope}  made ${new Date(createdAt).toISOString()}  ${state}`)
    }
  })
}

async function revoke(args: string[]): Promise<void> {
  const program = command("token revoke", "Makes a token void at once.")
    .requiredOption(...DATA)
    .requiredOption("--name <name>", "as it was given when it was made")
  const { data, name } = program.parse(args, { from: "user" }).opts<Options>()
  await withTokens(data, async (tokens) => tokens.revoke(name, systemClock().now()))
}

async function withTokens(dataDir: string, use: (tokens: Tokens) => Promise<void>): Promise<void> {
  requireStore(dataDir)
  const database = openAccess(dataDir)
  try {
    await use(new Tokens(database))
  } finally {
    database.close()
  }
}

function checked(address: string): string {
  if (/^0x[0-9a-fA-F]{40}$/.test(address)) return address.toLowerCase()
  throw new GatewayError("E_ADDRESS", `"${address.slice(0, 50)}" is not an address: 0x and 40 hex digits expected.`)
}
