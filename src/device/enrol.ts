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
/** Nobody vouches for what a busy gateway says: it neither drains a battery nor silences a device (µs). */
const SHORTEST_WAIT = 10_000_000
const LONGEST_WAIT = 3_600_000_000

/** Whether the gateway answered for good: a session stands now and its ack is applied as any other, or it said when to come again. */
export async function enrol(device: Device, link: Link): Promise<boolean> {
  const { board, identity, provisioning, sessions } = device
  const { crypto } = board
  const { publicKey, secretKey } = identity
  board.trace({ e: "hello" })

  const deviceNonce = board.entropy.random(NONCE_LENGTH)
  const challengeAnswer = await say(device, link, encodeChallengeRequest(publicKey, deviceNonce))
  if (!challengeAnswer?.ok) return isPutOff(device, challengeAnswer)
  const challenge = decodeChallenge(challengeAnswer.body)

  const { profile, gatewayPublicKey } = provisioning
  const payload = helloPayload(challenge, deviceNonce, profileHash(crypto, profile))
  const { signature } = signPayload(crypto, signingContext(provisioning, identity), secretKey, payload)
  const sent = device.now
  const answer = await say(device, link, encodeHello({ publicKey, payload, signature, profile }))
  const received = device.now
  if (!answer?.ok) return isPutOff(device, answer)

  const { id, downlink } = decodeHelloAnswer(answer.body)
  const keys = deriveSession(crypto, secretKey, gatewayPublicKey, deviceNonce, challenge)
  const ack = openDownlink(crypto, keys, id, 0, downlink)
  if (!ack) return false
  sessions.begin({ id, keys, approved: false })
  applyAck(device, decodeAck(ack), { sent, received }, [])
  board.trace({ e: sessions.session?.approved ? "enrolled" : "pending", id })
  return true
}

/** A gateway that is full and says when to come again is taken at its word, within bounds. */
function isPutOff({ plan, now }: Device, answer: LinkAnswer | undefined): boolean {
  if (!answer || answer.ok || answer.reason !== "busy" || answer.retryAfter === undefined) return false
  plan.pollAt = now + Math.max(SHORTEST_WAIT, Math.min(LONGEST_WAIT, answer.retryAfter))
  return true
}

/** Hellos stand outside the request numbers of a session, so their message numbers are random. */
function say(device: Device, link: Link, body: Uint8Array): Promise<LinkAnswer | undefined> {
  const request = device.board.entropy.random(4).reduce((number, byte) => number * 256 + byte, 0)
  return link.exchange({ kind: "hello", body, request, timeout: TIMEOUT })
}
