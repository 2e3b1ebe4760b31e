import { type PublicClient, parseAbi, stringToHex } from "viem"
import type { ChainAccount } from "./account.ts"
import type { Deployment } from "./deploy.ts"
import type { Inclusion } from "./inclusion.ts"
import type { Hex } from "./keys.ts"

export const controlAbi = parseAbi([
  "function controllerOf(address device) view returns (address)",
  "function offeredTo(address device) view returns (address)",
  "function formerHome(address device, address gateway) view returns (bool)",
  "function offerDevice(address device, address to)",
  "function acceptDevice(address device)",
  "function setDelegate(address device, bytes32 kind, address delegate, uint256 validTo)",
  "function isDelegate(address device, bytes32 kind, address delegate) view returns (bool)",
  "function setHomeGateway(address device, address homeGateway)",
  "function followRotation(address[] list)",
  "event DeviceOffered(address indexed device, address indexed controller, address indexed to)",
  "event DeviceControllerChanged(address indexed device, address indexed controller)",
  "event DeviceDelegateChanged(address indexed device, bytes32 indexed kind, address indexed delegate, uint256 validTo)",
  "event DeviceHomeChanged(address indexed device, address indexed homeGateway)",
  "error NotAllowed(address device, address caller)",
  "error HomeUnchanged(address device, address homeGateway)",
  "error NotRotated(address device, address homeGateway)",
  "error NotGateway(address caller)",
  "error WrongStatus(address device, uint8 status)",
])

/** Kind of delegate that may change the home gateway. */
export const HOME_DELEGATE = "home"

/** A kind of delegate as the contract writes it: at most 31 ASCII characters, zeros behind. */
const kindOf = (kind: string) => stringToHex(kind, { size: 32 })

/** What a device's controller does, a delegate of it, or the operator; `actor` pays. */
export class DeviceControl {
  readonly #client: PublicClient
  readonly #address: Hex
  readonly #actor: ChainAccount

  constructor(client: PublicClient, { registry }: Deployment, actor: ChainAccount) {
    this.#client = client
    this.#address = registry
    this.#actor = actor
  }

  async controllerOf(device: Hex): Promise<Hex> {
    const query = { address: this.#address, abi: controlAbi, functionName: "controllerOf", args: [device] } as const
    return (await this.#client.readContract(query)).toLowerCase() as Hex
  }

  isDelegate(device: Hex, kind: string, delegate: Hex): Promise<boolean> {
    const args = [device, kindOf(kind), delegate] as const
    return this.#client.readContract({ address: this.#address, abi: controlAbi, functionName: "isDelegate", args })
  }

  offer(device: Hex, to: Hex): Promise<Inclusion> {
    return this.#actor.call(this.#address, { abi: controlAbi, functionName: "offerDevice", args: [device, to] })
  }

  accept(device: Hex): Promise<Inclusion> {
    return this.#actor.call(this.#address, { abi: controlAbi, functionName: "acceptDevice", args: [device] })
  }

  /** `validTo` in Unix seconds; 0 ends it. */
  delegate(device: Hex, kind: string, delegate: Hex, validTo: number): Promise<Inclusion> {
    const args = [device, kindOf(kind), delegate, BigInt(validTo)] as const
    return this.#actor.call(this.#address, { abi: controlAbi, functionName: "setDelegate", args })
  }

  moveHome(device: Hex, homeGateway: Hex): Promise<Inclusion> {
    const args = [device, homeGateway] as const
    return this.#actor.call(this.#address, { abi: controlAbi, functionName: "setHomeGateway", args })
  }

  followRotation(devices: readonly Hex[]): Promise<Inclusion> {
    return this.#actor.call(this.#address, { abi: controlAbi, functionName: "followRotation", args: [devices] })
  }
}
