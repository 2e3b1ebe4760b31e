/** The board against the real gateway and its chain: twenty epochs of resets, then power cuts at flash operations. */
import { afterAll, beforeAll, expect, test } from "vitest"
import { randomStream } from "../../../fleet/random.ts"
import { buildImage, type Image } from "../image.ts"
import { type Event, GatewayRig } from "./gateway-rig.ts"
import { skip, suffix } from "./tools.ts"

const EPOCHS = 20
/** A few seconds' worth, and all of them in CI. */
const CUTS = process.env.DORMOUSE_REQUIRE_TOOLS === "1" ? 50 : 12
/** A cold boot, and two wakes behind it. */
const MOST_OPERATIONS = 9
const SEED = "power cuts"

let rig: GatewayRig
let image: Image

beforeAll(async () => {
  if (skip) return
  image = await buildImage()
  rig = new GatewayRig()
  await rig.start()
}, 240_000)
afterAll(() => rig?.close())

const of = (e: string) => rig.events.filter((event) => event.e === e)
const seqs = (events: Event[]) => events.map(({ seq }) => seq as number)

test.skipIf(skip)(
  `rv32: enrols, reports, verifies its receipts, sleeps: twenty epochs${suffix}`,
  { timeout: 240_000 },
  async () => {
    const last = (event: Event) => event.e === "asleep" && of("signed").length >= EPOCHS
    expect(await rig.power(image, undefined, last)).toBe("done")
    expect(of("enrolled").length + of("pending").length).toBeGreaterThan(0)
    // Every wake was a boot; numbers and epochs went on without one missing.
    expect(rig.starts).toBeGreaterThan(EPOCHS)
    expect(seqs(of("signed"))).toEqual(Array.from({ length: EPOCHS }, (_, i) => i + 1))
    const epochs = of("signed").map(({ epoch }) => epoch as number)
    expect(epochs).toEqual(Array.from({ length: EPOCHS }, (_, i) => epochs[0]! + i))
    const receipts = of("receipt")
    expect(receipts.length).toBeGreaterThanOrEqual(EPOCHS - 2)
    expect(receipts.every(({ ok }) => ok)).toBe(true)
    expect(rig.deaths).toEqual([])
  },
)

test.skipIf(skip)(
  `rv32: ${CUTS} power cuts at flash operations lose and repeat nothing${suffix}`,
  { timeout: 240_000 },
  async () => {
    const random = randomStream(SEED)
    for (let cuts = 0; cuts < CUTS; cuts++) {
      const cut = { after: 1 + Math.floor(random.uniform() * MOST_OPERATIONS), tear: random.uniform() }
      expect(await rig.power(image, cut, () => false)).toBe("cut")
    }
    const settled = ({ e, unsent, unreceipted }: Event) =>
      e === "asleep" && unsent === 0 && (unreceipted as number) <= 1
    expect(await rig.power(image, undefined, settled)).toBe("done")

    const signed = seqs(of("signed"))
    expect(new Set(signed).size).toBe(signed.length)
    const requests = of("sent").map(({ request }) => request as number)
    expect(new Set(requests).size).toBe(requests.length)
    expect(of("receipt").every(({ ok }) => ok)).toBe(true)
    expect(rig.deaths).toEqual([])

    // What the device signed the gateway has under an anchor, all but what was signed last.
    const address = of("boot")[0]!.address as string
    const anchored = await rig.api.anchored(address, signed)
    expect(signed.filter((seq) => !anchored.has(seq) && seq !== signed.at(-1))).toEqual([])
    const { forks, gaps } = await rig.api.summary()
    expect({ forks, gaps }).toEqual({ forks: 0, gaps: 0 })
  },
)
