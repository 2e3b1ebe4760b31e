import { setTimeout as sleep } from "node:timers/promises"
import { Role } from "../../protocol/receipt.ts"
import type { DeviceView } from "../api/devices.ts"
import { connectNetwork, type Hex, openContracts, type Registry } from "../chain/index.ts"
import { GatewayError } from "../errors.ts"
import { command, exitCodeOf, print } from "./command.ts"
import { runningGateway } from "./instance.ts"

export interface ApproveOptions {
  dataDir: string
  /** with 0x; or all that wait now */
  addresses: string[] | "all"
  role?: number
  /** Told of each as soon as its block is there. */
  onApproved?(address: string): void
}

/** A request is on its way to the chain for so long at most. */
const PENDING_MS = 30_000
const LOOK_MS = 100

/** Approves devices on chain with the operator's key of `dataDir`, through its running gateway. Returns whom. */
export async function approve({ dataDir, addresses, role, onApproved }: ApproveOptions): Promise<string[]> {
  const gateway = await runningGateway(dataDir)
  const wanted =
    addresses === "all"
      ? (await gateway.json<DeviceView[]>("/api/devices")).filter(isWaiting).map(({ address }) => address)
      : addresses.map(checked)
  if (wanted.length === 0) return []
  const node = await connectNetwork({ url: gateway.url("/rpc"), headers: gateway.headers })
  const { registry } = await openContracts({ node, dir: dataDir })
  const approved = await Promise.all(
    wanted.map(async (address) => {
      const done = await approveOne(registry, address as Hex, role ?? Role.serverTrusted)
      // Whoever asks for "all that wait" does not mean one that has been approved in the meantime.
      if (!done && addresses === "all") return []
      onApproved?.(address)
      return [address]
    }),
  )
  return approved.flat()
}

const isWaiting = ({ status }: DeviceView) => status === "requested" || status === "pending"

/** Whether there was anything to do. */
async function approveOne(registry: Registry, address: Hex, role: number): Promise<boolean> {
  for (let waited = 0; ; waited += LOOK_MS) {
    const { status } = await registry.device(address)
    if (status === "approved") return false
    if (status === "pending") {
      await registry.approve(address, role)
      return true
    }
    if (status === "revoked") throw new GatewayError("E_NOT_PENDING", `${address} was revoked: it cannot be approved.`)
    if (waited >= PENDING_MS)
      throw new GatewayError("E_NOT_PENDING", `${address} has not asked for approval: start the device first.`)
    await sleep(LOOK_MS)
  }
}

function checked(address: string): string {
  if (/^0x[0-9a-fA-F]{40}$/.test(address)) return address.toLowerCase()
  throw new GatewayError("E_ADDRESS", `"${address.slice(0, 50)}" is not an address: 0x and 40 hex digits expected.`)
}

/** `dormouse approve`: prints each address as it is approved. */
export function approveCommand(args: string[]): Promise<number> {
  const program = command("approve", "Approves devices on chain, with the operator's key.")
    .argument("[address...]", "devices, after comparing their addresses with what the boards show")
    .requiredOption("--data <dir>", "data directory of a running gateway")
    .option("--all", "all that wait now")
  return exitCodeOf(async () => {
    const { data, all } = program.parse(args, { from: "user" }).opts<{ data: string; all?: boolean }>()
    if (Boolean(all) === program.args.length > 0) throw new GatewayError("E_USAGE", "Give either addresses or --all.")
    await approve({
      dataDir: data,
      addresses: all ? "all" : program.args,
      onApproved: (address) => void print(address),
    })
  })
}
