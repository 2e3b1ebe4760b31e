/** The board record: in flash since provisioning, in retained memory from wake to wake. */
import { type CborValue, decode, encode } from "../../../protocol/cbor/index.ts"
import { asMap } from "../../../protocol/shape.ts"
import { flashLayout } from "../../flash/layout.ts"
import { FlashState, StateKey } from "../../flash/state.ts"
import type { Storage } from "../../flash/storage.ts"
import type { WakeReason } from "../../ports.ts"
import { type BoardConfig, parseBoardConfig } from "./config.ts"
import { retainedRecord } from "./natives.ts"

/** Throws `E_BOARD_CONFIG` where it is wrong. */
export function readRecord(storage: Storage, reason: WakeReason, otherwise?: BoardConfig): BoardConfig {
  const kept = reason === "power-on" ? undefined : retainedRecord.read()
  const network = asMap(kept ? decode(kept) : fromFlash(storage), "network")
  return network.size === 0 && otherwise ? otherwise : parseBoardConfig(network)
}

function fromFlash(storage: Storage): CborValue {
  const network = FlashState.scan(storage, flashLayout(storage.flash).state).get(StateKey.network) ?? new Map()
  retainedRecord.write(encode(network))
  return network
}
