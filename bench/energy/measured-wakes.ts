/**
 * The wakes of one slotted device, as the engine runs them: its program on XS, its processor's time by the meter and the
 * instructions of its crypto, its bytes, its flash. What the radio does between is a model: nothing is lost, the gateway
 * calls at the slot and answers at once.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Chip } from "../../simulator/energy/chips.ts"
import { instructionMicros, meterMicros, signatureMicros } from "../../simulator/energy/cpu.ts"
import { createOscillator } from "../../simulator/energy/oscillator.ts"
import type { OscillatorProfile } from "../../simulator/energy/oscillators.ts"
import type { Temperature } from "../../simulator/energy/temperature.ts"
import { noTimes, type WakeTimes } from "../../simulator/energy/wake-times.ts"
import { openDataDir } from "../../simulator/fleet/data-dir.ts"
import { prepareFlash } from "../../simulator/fleet/flash.ts"
import { readRecording } from "../../simulator/fleet/sensor.ts"
import { StubGateway, stubProvisioning } from "../../simulator/fleet/test/stub-gateway.ts"
import { parseTrace, type Trace } from "../../simulator/fleet/trace.ts"
import type { MediumProfile } from "../../simulator/radio/profiles.ts"
import { bundleOf } from "../../simulator/xs/bundle.ts"
import { type TurnResult, XsWorker } from "../../simulator/xs/worker.ts"

export interface Setting {
  chip: Chip
  medium: MediumProfile
  oscillator: OscillatorProfile
  temperature: Temperature
  /** unix ms */
  start: number
  epochMs: number
  wakes: number
}

export interface MeasuredWake {
  times: WakeTimes
  meter: number
  /** bytes of the device's datagrams and of the gateway's */
  up: number
  down: number
  signatures: number
}

const CALL = new Uint8Array(0)

export async function measureWakes(setting: Setting): Promise<MeasuredWake[]> {
  const directory = mkdtempSync(join(tmpdir(), "dormouse-energy-"))
  const dir = openDataDir(directory, false)
  const { chip, oscillator } = setting
  const worker = await XsWorker.start({
    ...{ bundle: bundleOf(), clock: "meter" },
    ...{ meterMicros: meterMicros(chip), instructionMicros: instructionMicros(chip) },
  })
  try {
    const [board] = prepareFlash(dir, stubProvisioning, { devices: 1, batch: 1, seed: "1" })
    await worker.create(0, { ...board!, slotted: true, ppm: oscillator.rated.value })
    return await new Life(worker, setting).run()
  } finally {
    await worker.close()
    dir.release()
    rmSync(directory, { recursive: true, force: true })
  }
}

class Life {
  readonly #worker: XsWorker
  readonly #setting: Setting
  readonly #gateway: StubGateway
  readonly #clock
  /** when the device last fell asleep, and the slot it said it would wake for (world time) */
  #asleep = 0
  #slot: number | undefined
  #wake = blank()

  constructor(worker: XsWorker, setting: Setting) {
    const { oscillator: profile, temperature, start, epochMs } = setting
    this.#worker = worker
    this.#setting = setting
    this.#gateway = new StubGateway({ start, epochMs })
    this.#clock = createOscillator({ profile, temperature, seed: "1", device: 0, powerOn: 0 })
  }

  async run(): Promise<MeasuredWake[]> {
    const recording = readRecording()
    const wakes: MeasuredWake[] = []
    let at = 0
    for (let i = 0; i < this.#setting.wakes; i++) {
      this.#wake = blank()
      at = await this.#live(at, i === 0 ? "power-on" : "timer", recording[i % recording.length]!)
      wakes.push(this.#wake)
    }
    return wakes
  }

  /** One wake from world time `at`; returns when the next one is due. */
  async #live(at: number, reason: "power-on" | "timer", sensor: readonly number[]): Promise<number> {
    const { deviceTime, worldTime } = this.#clock
    const { times } = this.#wake
    times.sleep = at - this.#asleep
    times.boot = this.#setting.chip.boot.time.value * 1000
    const began = at + times.boot
    let radio = 0
    let on = 0
    let result = await this.#worker.wake(0, { now: deviceTime(began), reason, sensor: [...sensor] })
    for (;;) {
      this.#count(result)
      for (const [i, trace] of traces(result)) {
        if (trace.e === "radio") {
          if (trace.on) on = result.tracedAt[i]!
          else radio += result.tracedAt[i]! - on
        }
        if (trace.e === "slot") times.guard += trace.waited
        if (trace.e === "asleep") this.#slot = trace.slotAt ? (trace.slotAt - this.#setting.start) * 1000 : undefined
      }
      if (result.state !== "waiting") break
      result = await this.#next(result)
    }
    if (result.state !== "asleep") throw new Error(`the device ${result.state}: ${result.reason}`)
    const ended = worldTime(result.now)
    times.sign = this.#wake.signatures * signatureMicros(this.#setting.chip)
    times.listen = Math.max(times.guard, radio - times.receive - times.transmit)
    times.cpu = ended - began - radio
    this.#asleep = ended
    return worldTime(result.until!)
  }

  /** What the device waits for: the answer to what it has sent, or the gateway's call. */
  #next(result: TurnResult): Promise<TurnResult> {
    const { deviceTime, worldTime } = this.#clock
    const { medium, start } = this.#setting
    const now = worldTime(result.now)
    const [datagram] = result.sends
    if (!datagram) {
      const called = Math.max(now, this.#slot ?? now) + this.#air(0)
      return this.#worker.datagram(0, { now: deviceTime(called), bytes: CALL })
    }
    const network = medium.latency.median.value * 1000
    const up = this.#air(datagram.length)
    const arrived = now + up + network
    const bytes = this.#gateway.answer(datagram, start + Math.floor(arrived / 1000))
    const down = this.#air(bytes.length)
    this.#wake.times.transmit += up
    this.#wake.times.receive += down
    this.#wake.up += datagram.length
    this.#wake.down += bytes.length
    return this.#worker.datagram(0, { now: deviceTime(arrived + network + down), bytes })
  }

  #count({ meter, flashBytes, flashErases, signNs }: TurnResult): void {
    this.#wake.meter += meter
    this.#wake.times.flashBytes += flashBytes
    this.#wake.times.flashErases += flashErases
    this.#wake.signatures += signNs.length
  }

  /** Microseconds of a datagram's frames and their acknowledgements. */
  #air(length: number): number {
    const { payload, header, ack, airtime } = this.#setting.medium
    const count = Math.max(1, Math.ceil(length / payload.value))
    const acknowledged = ack.value > 0 && length > 0 ? airtime(ack.value) : 0
    const whole = Math.floor(length / payload.value)
    const rest = length - whole * payload.value
    const frames = whole * airtime(payload.value + header.value)
    return frames + (rest > 0 || length === 0 ? airtime(rest + header.value) : 0) + count * acknowledged
  }
}

function blank(): MeasuredWake {
  return { times: { ...noTimes }, meter: 0, up: 0, down: 0, signatures: 0 }
}

function traces(result: TurnResult): [number, Trace][] {
  return result.traces.flatMap((line, i): [number, Trace][] => {
    const trace = parseTrace(line)
    return trace ? [[i, trace]] : []
  })
}
