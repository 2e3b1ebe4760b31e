import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { encodeChallengeRequest, Refusal } from "../../../protocol/index.ts"
import { Status } from "../../store/devices.ts"
import type { Refused } from "../../test/support/device.ts"
import { Harness, settle } from "../../test/support/harness.ts"

let harness: Harness

beforeEach(async () => {
  harness = await Harness.start({ limits: { pendingDevices: 4, hellosPerSecond: 10 } })
})

afterEach(() => harness.end())

const refusal = (kind: string, code: string) => expect.objectContaining({ kind, code })

describe("enrolment", () => {
  it("answers a hello, brings the request to the chain, and follows the operator's word", async () => {
    const device = harness.device()
    const ack = await device.enrol()
    expect(ack.refused).toEqual([{ seq: 0, reason: Refusal.notApproved }])
    expect(ack.retryAfter).toBeGreaterThan(0)
    await settle()
    expect(harness.chain.requested).toEqual([device.address.slice(2)])
    expect(harness.store.devices.byId(device.id)!.status).toBe(Status.pending)

    expect((await device.send(device.sign(1))).refused).toEqual([{ seq: 0, reason: Refusal.notApproved }])
    harness.chain.approve(device.address)
    await harness.clock.advance(1000)
    expect((await device.send()).refused).toEqual([])
    harness.chain.revoke(device.address)
    await harness.clock.advance(1000)
    expect((await device.send()).refused).toEqual([{ seq: 0, reason: Refusal.revoked }])
  })

  it("answers less than three times what a stranger sent", async () => {
    const device = harness.device()
    const request = encodeChallengeRequest(device.publicKey, new Uint8Array(16))
    const answer = await harness.exchange("hello", request)
    expect(answer!.body.length).toBeLessThan(3 * request.length)
  })

  it("keeps no memory of challenges, and takes one from before a restart", async () => {
    const device = harness.device()
    const { deviceNonce, challenge } = await device.challenge()
    expect(harness.store.devices.all()).toEqual([])
    harness = await harness.restart()
    const again = harness.device(1)
    await again.sendHello(deviceNonce, challenge)
    expect(harness.store.devices.all()).toHaveLength(1)
  })

  it("refuses a challenge that is not its own, not for this key, or too old", async () => {
    const [device, other] = [harness.device(), harness.device()]
    const { deviceNonce, challenge } = await device.challenge()
    const forged = challenge.slice()
    forged[31]! ^= 1
    await expect(device.sendHello(deviceNonce, forged)).rejects.toEqual(refusal("badRequest", "E_CHALLENGE"))
    await expect(other.sendHello(deviceNonce, challenge)).rejects.toEqual(refusal("badRequest", "E_CHALLENGE"))
    await harness.clock.advance(120_001)
    const late = device.sendHello(deviceNonce, challenge)
    await expect(late).rejects.toEqual(refusal("badRequest", "E_CHALLENGE_EXPIRED"))
    expect(harness.store.devices.all()).toEqual([])
  })

  it("refuses a hello signed for another chain, and a key that is no point", async () => {
    const device = harness.device()
    const { deviceNonce, challenge } = await device.challenge()
    const foreign = device.hello(deviceNonce, challenge, { ...device.context, chainId: 1 })
    expect(await harness.exchange("hello", foreign)).toMatchObject({ kind: "badRequest" })
    expect(await harness.counted('dropped_total{code="E_HELLO_SIGNATURE"}')).toBe(1)

    const noPoint = Object.assign(harness.device(), { publicKey: new Uint8Array(33).fill(5) })
    await expect(noPoint.enrol()).rejects.toEqual(refusal("badRequest", "E_HELLO_SIGNATURE"))
  })

  it("answers an identical hello alike, without a new session, and refuses an older one", async () => {
    const device = await harness.approved()
    const older = await device.challenge()
    await harness.clock.advance(10)
    const newer = await device.challenge()
    await device.sendHello(newer.deviceNonce, newer.challenge)
    await device.send()
    const { id, keys, request } = device
    await device.sendHello(newer.deviceNonce, newer.challenge)
    expect([device.id, device.keys]).toEqual([id, keys])
    // The session goes on, so what was used stays used.
    expect(await harness.exchange("report", device.seal([], request))).toBeUndefined()
    const late = device.sendHello(older.deviceNonce, older.challenge)
    await expect(late).rejects.toEqual(refusal("badRequest", "E_HELLO_OLD"))
  })

  it("makes a new session for a known device, whose numbers begin anew", async () => {
    const device = await harness.approved()
    await device.send(device.sign(1))
    const { id, request, keys } = device
    await harness.clock.advance(10)
    await device.enrol()
    expect(device.id).toBe(id)
    expect(device.keys).not.toEqual(keys)
    await device.send(device.sign(1))
    expect(device.request).toBe(request)
    expect(harness.store.devices.byId(id)!.stored).toBe(2)
  })

  it("refuses another profile once the registry holds one, and asks again while it does not", async () => {
    const device = harness.device()
    await device.enrol()
    await settle()
    await harness.clock.advance(10)
    device.profile = [{ name: "pressure", unit: "Pa", exponent: 2 }]
    await device.enrol()
    await settle()
    expect(harness.chain.requested).toHaveLength(2)
    harness.chain.approve(device.address)
    await harness.clock.advance(1000)
    device.profile = [{ name: "light", unit: "lx", exponent: 0 }]
    await expect(device.enrol()).rejects.toEqual(refusal("badRequest", "E_PROFILE"))
  })

  it("bounds the devices that wait, and the hellos it checks in a second", async () => {
    for (let i = 0; i < 4; i++) await harness.device().enrol()
    const fifth = harness.device()
    await expect(fifth.enrol()).rejects.toEqual(refusal("busy", "E_BUSY"))
    harness.chain.approve(harness.device(1).address)
    await harness.clock.advance(1000)
    await fifth.enrol()

    const known = harness.device(1)
    const outcomes: string[] = []
    for (let i = 0; i < 12; i++) {
      const { deviceNonce, challenge } = await known.challenge()
      await harness.clock.advance(1)
      outcomes.push(
        await known.sendHello(deviceNonce, challenge).then(
          () => "ok",
          (error: Refused) => error.code,
        ),
      )
    }
    expect(outcomes.filter((outcome) => outcome === "E_BUSY").length).toBeGreaterThan(0)
    expect(outcomes.slice(0, 8)).toEqual(new Array(8).fill("ok"))
  })

  it("tries a failed registration again, and after a restart too", async () => {
    harness.chain.fault = new Error("the chain is away")
    const device = harness.device()
    await device.enrol()
    await harness.clock.advance(500)
    expect(harness.chain.requested).toEqual([])
    harness = await harness.restart()
    await harness.clock.advance(100)
    harness.chain.fault = undefined
    await harness.clock.advance(5_000)
    expect(harness.chain.requested).toEqual([device.address.slice(2)])
    harness.chain.approve(device.address)
    await harness.clock.advance(1000)
    expect(harness.store.devices.byId(device.id)!.status).toBe(Status.approved)
  })

  it("learns of what was decided while it was down", async () => {
    const device = harness.device()
    await device.enrol()
    await settle()
    const options = await harness.crash()
    harness.chain.approve(device.address)
    harness = await Harness.start(options)
    expect(harness.store.devices.byId(device.id)!.status).toBe(Status.approved)
  })
})
