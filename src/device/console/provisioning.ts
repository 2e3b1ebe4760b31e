/** The commands by which a cable makes a blank board somebody's device (docs/protocol.md §2), and blank again. */
import { equalBytes } from "../../protocol/bytes.ts"
import { type CborValue, encode } from "../../protocol/cbor/index.ts"
import { DormouseError } from "../../protocol/errors.ts"
import { encodeHello, helloPayload } from "../../protocol/hello.ts"
import { profileHash } from "../../protocol/profile.ts"
import { asProvisioning, type Provisioning } from "../../protocol/provisioning.ts"
import { signPayload } from "../../protocol/report.ts"
import { CHALLENGE_LENGTH, NONCE_LENGTH } from "../../protocol/session.ts"
import { asArray, asBytes, asMap } from "../../protocol/shape.ts"
import { shortCode } from "../../protocol/short-code.ts"
import { FIRMWARE } from "../firmware.ts"
import { flashLayout } from "../flash/layout.ts"
import { FlashState, StateKey } from "../flash/state.ts"
import { asSettings, readIdentity, readProvisioning, signingContext } from "../identity.ts"
import type { Board } from "../ports.ts"
import type { Command } from "./serve.ts"

export function provisioningCommands(board: Board): Record<string, Command> {
  const { crypto, entropy, flash } = board
  /** Read anew for each command: one of them erases it. */
  const scan = () => FlashState.scan(board, flashLayout(flash).state)

  return {
    /** What the board is; a key is made by `prove`, not by a question. */
    info: () => {
      const state = scan()
      const known = state.get(StateKey.secretKey) !== undefined
      const address = known ? readIdentity(state, crypto, entropy).address : null
      return new Map<CborValue, CborValue>([
        ["firmware", FIRMWARE],
        ["provisioned", readProvisioning(state) !== undefined],
        ["address", address],
        ["code", address && shortCode(crypto, address)],
        ["boots", state.get(StateKey.boots) ?? 0],
        ["battery", board.power.batteryMillivolts],
      ])
    },

    /** `[record, settings or null, network or null]`. Another owner's device must be blanked first: its key is theirs. */
    provision: (args) => {
      const [record, settings, network] = asArray(args, "provision", 3, 3)
      const next = asProvisioning(record!)
      if (settings !== null) asSettings(settings!)
      if (network !== null) asMap(network, "network")
      const state = scan()
      const before = readProvisioning(state)
      if (before && !sameOwner(before, next))
        throw new DormouseError("E_PROVISIONED", `The board belongs to another operator: "blank" it first.`)
      state.set(StateKey.provisioning, record!)
      if (settings !== null) state.set(StateKey.settings, settings!)
      if (network !== null) state.set(StateKey.network, network!)
      return null
    },

    /** `[challenge]`: a hello over it (§4), which proves that this board holds the key that it names. */
    prove: (args) => {
      const [challenge] = asArray(args, "prove", 1, 1)
      const state = scan()
      const provisioning = readProvisioning(state)
      if (!provisioning)
        throw new DormouseError("E_NOT_PROVISIONED", `This board has no provisioning record: send "provision" first.`)
      const identity = readIdentity(state, crypto, entropy)
      const { profile } = provisioning
      const nonce = entropy.random(NONCE_LENGTH)
      const payload = helloPayload(
        asBytes(challenge, "challenge", CHALLENGE_LENGTH),
        nonce,
        profileHash(crypto, profile),
      )
      const { signature } = signPayload(crypto, signingContext(provisioning, identity), identity.secretKey, payload)
      return encodeHello({ publicKey: identity.publicKey, payload, signature, profile })
    },

    /** `[address or null]`: forgets everything, the key above all. The address says that the right board is meant. */
    blank: (args) => {
      const [address] = asArray(args, "blank", 1, 1)
      const state = scan()
      const known = state.get(StateKey.secretKey) !== undefined
      const own = known ? readIdentity(state, crypto, entropy).address : undefined
      if (own && !equalBytes(asBytes(address, "address", own.length), own))
        throw new DormouseError("E_ADDRESS", "The address is not this board's: ask for its info, and send that one.")
      flash.erase(0, Math.floor(flash.size / flash.sectorSize) * flash.sectorSize)
      board.retained.write(new Uint8Array(0))
      return null
    },
  }
}

function sameOwner(a: Provisioning, b: Provisioning): boolean {
  return (
    a.chainId === b.chainId &&
    equalBytes(encode([a.operator, a.genesisHash, a.registry]), encode([b.operator, b.genesisHash, b.registry]))
  )
}
