import { bytesToHex } from "viem"
import { expect } from "vitest"
// @ts-expect-error: plain JavaScript, so that set-up runs on Node 20
import { buildContracts } from "../../../setup/contracts.js"
import type { ContractName } from "../../gateway/chain/artifacts.ts"
import type { Hex } from "../../gateway/chain/keys.ts"
import { anchorPosition } from "../../gateway/chain/slots.ts"
import { TestDevice } from "../../gateway/chain/test/support.ts"
import { account, CHAIN_ID, Machine, OPERATOR, type Outcome } from "./evm.ts"

export const [GATEWAY, OTHER_GATEWAY, STRANGER] = [account(0x61), account(0x62), account(0x99)] as [Hex, Hex, Hex]
export const PROFILE = new Uint8Array(32).fill(0x50)
export const ROOT: Hex = `0x${"07".repeat(32)}`
export const ZERO: Hex = `0x${"00".repeat(20)}`

type Refusal = string | readonly [name: string, ...args: unknown[]]

/** Contracts with one active gateway, and calls that must succeed or must fail. */
export class Bench {
  readonly machine: Machine

  constructor(machine: Machine) {
    this.machine = machine
  }

  get registry(): Hex {
    return this.machine.addresses.DeviceRegistry.toLowerCase() as Hex
  }

  get anchor(): Hex {
    return this.machine.addresses.ReadingAnchor.toLowerCase() as Hex
  }

  async send(from: Hex, contract: ContractName, name: string, args: readonly unknown[] = []): Promise<Outcome> {
    const outcome = await this.machine.call(from, contract, name, args)
    expect(outcome.error, `${name}: ${outcome.error}(${outcome.args})`).toBeUndefined()
    return outcome
  }

  async read(contract: ContractName, name: string, args: readonly unknown[] = []): Promise<unknown> {
    return (await this.send(STRANGER, contract, name, args)).value
  }

  /** `refusal`: the error's name; with arguments, they must fit too. */
  async refuses(from: Hex, contract: ContractName, name: string, args: readonly unknown[], refusal: Refusal) {
    const { error, args: values } = await this.machine.forget(() => this.machine.call(from, contract, name, args))
    const [expected, ...expectedValues] = typeof refusal === "string" ? [refusal] : refusal
    expect(error, `${name}(${args})`).toBe(expected)
    if (expectedValues.length > 0) expect(values).toEqual(expectedValues)
  }

  /** Each test leaves the chain as it found it. */
  isolated(act: () => Promise<void>): () => Promise<void> {
    return () => this.machine.forget(act)
  }

  operator(contract: "DeviceRegistry" | "ReadingAnchor", name: string, ...args: unknown[]): Promise<Outcome> {
    return this.send(OPERATOR, contract, name, args)
  }

  /** An anchor of the gateway with an arbitrary root. */
  anchored(epoch: number, previous = 0, gateway = GATEWAY): Promise<Outcome> {
    return this.send(gateway, "ReadingAnchor", "recordAnchor", [anchorPosition(epoch, previous, 1), ROOT])
  }

  /** Brings a device up to `approved`, at `gateway`. */
  async approved(device: TestDevice, gateway = GATEWAY, role = 0): Promise<Hex> {
    await this.send(gateway, "DeviceRegistry", "request", requestArgs(this, device, { homeGateway: gateway }))
    await this.operator("DeviceRegistry", "approve", device.address, role)
    return device.address
  }
}

export async function openBench(): Promise<Bench> {
  await buildContracts({ quiet: true })
  const bench = new Bench(await Machine.open())
  await bench.operator("ReadingAnchor", "approveGateway", GATEWAY)
  return bench
}

export interface RequestParts {
  publicKey: Uint8Array
  profileHash: Uint8Array
  homeGateway: Hex
  hello: Uint8Array
  r: Hex
  s: Hex
  v: number
}

export function requestParts(bench: Bench, device: TestDevice, hello = device.hello(PROFILE)): RequestParts {
  return { ...signed(device, hello, CHAIN_ID, bench.registry), publicKey: device.publicKey, homeGateway: GATEWAY }
}

/** A hello with its signature, for whatever chain and registry. */
export function signed(device: TestDevice, hello: Uint8Array, chainId: number, registry: Hex) {
  const signature = device.sign(hello, chainId, registry)
  const [r, s] = [bytesToHex(signature.slice(0, 32)), bytesToHex(signature.slice(32, 64))]
  return { profileHash: PROFILE, hello, r, s, v: 27 + signature[64]! }
}

/** Arguments of `request`, each of which a test may replace. */
export function requestArgs(bench: Bench, device: TestDevice, change: Partial<RequestParts> = {}) {
  const { publicKey, profileHash, homeGateway, hello, r, s, v } = { ...requestParts(bench, device), ...change }
  return [bytesToHex(publicKey), bytesToHex(profileHash), homeGateway, bytesToHex(hello), r, s, v] as const
}

export { account, anchorPosition, CHAIN_ID, OPERATOR, TestDevice }
