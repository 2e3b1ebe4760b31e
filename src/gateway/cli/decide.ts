import { connectNetwork, type DeviceStatus, type Hex, openContracts, type Registry } from "../chain/index.ts"
import { GatewayError } from "../errors.ts"
import { command, exitCodeOf, print } from "./command.ts"
import { runningGateway } from "./instance.ts"

export interface Decision {
  name: "revoke" | "reject"
  description: string
  /** what a device must be */
  from: DeviceStatus
  decide(registry: Registry, address: Hex): Promise<unknown>
  refusal: GatewayError["code"] & ("E_NOT_APPROVED" | "E_NOT_PENDING")
}

export const revoke: Decision = {
  name: "revoke",
  description: "Revokes approved devices on chain, with the operator's key. What was anchored before stays valid.",
  from: "approved",
  decide: (registry, address) => registry.revoke(address),
  refusal: "E_NOT_APPROVED",
}

export const reject: Decision = {
  name: "reject",
  description: "Rejects devices that wait for approval, with the operator's key. They may ask again.",
  from: "pending",
  decide: (registry, address) => registry.reject(address),
  refusal: "E_NOT_PENDING",
}

/** Decides on one device after the other, through the running gateway of `dataDir`. */
export async function decideOn(
  decision: Decision,
  { dataDir, addresses, onDone }: { dataDir: string; addresses: string[]; onDone?(address: string): unknown },
): Promise<void> {
  const checked = addresses.map(checkedAddress)
  const gateway = await runningGateway(dataDir)
  const node = await connectNetwork({ url: gateway.url("/rpc"), headers: gateway.headers })
  const { registry } = await openContracts({ node, dir: dataDir })
  for (const address of checked) {
    const { status } = await registry.device(address)
    if (status !== decision.from)
      throw new GatewayError(
        decision.refusal,
        `${address} is "${status}" on chain: only what is "${decision.from}" can be ${decision.name}ed.`,
      )
    await decision.decide(registry, address)
    await onDone?.(address)
  }
}

function checkedAddress(address: string): Hex {
  if (/^0x[0-9a-fA-F]{40}$/.test(address)) return address.toLowerCase() as Hex
  throw new GatewayError("E_ADDRESS", `"${address.slice(0, 50)}" is not an address: 0x and 40 hex digits expected.`)
}

const commandOf = (decision: Decision) => (args: string[]) => {
  const program = command(decision.name, decision.description)
    .argument("<address...>", "devices")
    .requiredOption("--data <dir>", "data directory of a running gateway")
  return exitCodeOf(async () => {
    const { data } = program.parse(args, { from: "user" }).opts<{ data: string }>()
    await decideOn(decision, { dataDir: data, addresses: program.args, onDone: print })
  })
}

/** `dormouse revoke`: prints each address as its block is there. */
export const revokeCommand = commandOf(revoke)
/** `dormouse reject`: the same. */
export const rejectCommand = commandOf(reject)
