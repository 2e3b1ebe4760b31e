import { type PublicClient, parseAbi } from "viem"
import type { ChainAccount } from "./account.ts"
import type { Deployment } from "./deploy.ts"
import type { Inclusion } from "./inclusion.ts"
import type { Hex } from "./keys.ts"

export const gatewaysAbi = parseAbi([
  "function gateways(address gateway) view returns (uint8 standing, uint64 changedAt, uint64 closedTo, address successor, uint64 offence, address predecessor)",
  "function approveGateway(address gateway)",
  "function suspendGateway(address gateway)",
  "function resumeGateway(address gateway)",
  "function rotateGateway(address gateway, address successor)",
  "function closeEpochs(address gateway, uint64 upTo)",
  "error WrongStanding(address gateway, uint8 standing)",
  "error MayNotClose(address caller)",
  "error OwnableUnauthorizedAccount(address account)",
])

/** As GatewayRegistry.sol numbers them. */
const STANDINGS = ["none", "active", "suspended", "retired"] as const
export type GatewayStanding = (typeof STANDINGS)[number]

export interface GatewayState {
  standing: GatewayStanding
  /** Block of the last change of standing. */
  changedAt: number
  /** Nothing more is anchored at or below this epoch. */
  closedTo: number
  /** Keys before and after this one, where it was rotated. */
  predecessor?: Hex
  successor?: Hex
  /** First epoch for which it was shown to have told two stories. */
  offence?: number
}

const key = (hex: Hex) => (BigInt(hex) === 0n ? undefined : (hex.toLowerCase() as Hex))

/** The list of gateways, as the operator keeps it. */
export class Gateways {
  readonly #client: PublicClient
  readonly #address: Hex
  readonly #operator: ChainAccount

  constructor(client: PublicClient, { anchor }: Deployment, operator: ChainAccount) {
    this.#client = client
    this.#address = anchor
    this.#operator = operator
  }

  async gateway(gateway: Hex): Promise<GatewayState> {
    const query = { address: this.#address, abi: gatewaysAbi, functionName: "gateways", args: [gateway] } as const
    const [standing, changedAt, closedTo, next, offence, before] = await this.#client.readContract(query)
    const [successor, predecessor] = [key(next), key(before)]
    return {
      ...{ standing: STANDINGS[standing]!, changedAt: Number(changedAt), closedTo: Number(closedTo) },
      ...(predecessor && { predecessor }),
      ...(successor && { successor }),
      ...(offence !== 0n && { offence: Number(offence) }),
    }
  }

  /** Every key of this gateway, oldest first, whichever of them is named. */
  async rotations(gateway: Hex): Promise<Hex[]> {
    const follow = async (from: Hex, way: "predecessor" | "successor"): Promise<Hex[]> => {
      const next = (await this.gateway(from))[way]
      return next ? [next, ...(await follow(next, way))] : []
    }
    const before = await follow(gateway, "predecessor")
    return [...before.reverse(), gateway.toLowerCase() as Hex, ...(await follow(gateway, "successor"))]
  }

  approve(gateway: Hex): Promise<Inclusion> {
    return this.#operator.call(this.#address, { abi: gatewaysAbi, functionName: "approveGateway", args: [gateway] })
  }

  suspend(gateway: Hex): Promise<Inclusion> {
    return this.#operator.call(this.#address, { abi: gatewaysAbi, functionName: "suspendGateway", args: [gateway] })
  }

  resume(gateway: Hex): Promise<Inclusion> {
    return this.#operator.call(this.#address, { abi: gatewaysAbi, functionName: "resumeGateway", args: [gateway] })
  }

  /** Retires a key and puts another in its place. */
  rotate(gateway: Hex, successor: Hex): Promise<Inclusion> {
    const args = [gateway, successor] as const
    return this.#operator.call(this.#address, { abi: gatewaysAbi, functionName: "rotateGateway", args })
  }
}
