/** Enrolment: proves to the gateway that the device holds its key, and derives the session (docs/protocol.md §4). */
import { decodeAck } from "../protocol/ack.ts"
import { openDownlink } from "../protocol/envelope.ts"
import {
  decodeChallenge,
  decodeHelloAnswer,
  encodeChallengeRequest,
  encodeHello,
  helloPayload,
} from "../protocol/hello.ts"
import { profileHash } from "../protocol/profile.ts"
import { signPayload } from "../protocol/report.ts"
import { deriveSession, NONCE_LENGTH } from "../protocol/session.ts"
import type { Device } from "./device.ts"
import { applyAck } from "./exchange.ts"
import { signingContext } from "./identity.ts"
import type { Link, LinkAnswer } from "./ports.ts"

const TIMEOUT = 2_000_000

/** Whether a session stands now; the answer's ack is applied as any other. */
export async function enrol(device: Device, link: Link): Promise<boolean> {
  const { board, identity, provisioning, sessions } = device
  const { crypto } = board
  const { publicKey, secretKey } = identity
  board.trace({ e: "hello" })

  const deviceNonce = board.entropy.random(NONCE_LENGTH)
  const challengeAnswer = await say(device, link, encodeChallengeRequest(publicKey, deviceNonce))
  if (!challengeAnswer?.ok) return false
  const challenge = decodeChallenge(challengeAnswer.body)

  const { profile, gatewayPublicKey } = provisioning
  const payload = helloPayload(challenge, deviceNonce, profileHash(crypto, profile))
  const { signature } = signPayload(crypto, signingContext(provisioning, identity), secretKey, payload)
  const sent = device.now
  const answer = await say(device, link, encodeHello({ publicKey, payload, signature, profile }))
  const received = device.now
  if (!answer?.ok) return false

  const { id, downlink } = decodeHelloAnswer(answer.body)
  const keys = deriveSession(crypto, secretKey, gatewayPublicKey, deviceNonce, challenge)
  const ack = openDownlink(crypto, keys, id, 0, downlink)
  if (!ack) return false
  sessions.begin({ id, keys, approved: false })
  applyAck(device, decodeAck(ack), { sent, received }, [])
  board.trace({ e: sessions.session?.approved ? "enrolled" : "pending", id })
  return true
}

/** Hellos stand outside the request numbers of a session, so their message numbers are random. */
function say(device: Device, link: Link, body: Uint8Array): Promise<LinkAnswer | undefined> {
  const request = device.board.entropy.random(4).reduce((number, byte) => number * 256 + byte, 0)
  return link.exchange({ kind: "hello", body, request, timeout: TIMEOUT })
}
