/** The board that an ESP32 is: native modules, drivers and links behind the ports of the device runtime. */
import { serialLink } from "../../links/serial-link.ts"
import type { Board, Link } from "../../ports.ts"
import { crypto, randomize } from "../native/crypto.ts"
import { createTimer, pause } from "../timer.ts"
import { openDatagrams } from "../udp.ts"
import type { BoardConfig } from "./config.ts"
import { drivers } from "./drivers.ts"
import { loraLink } from "./lora.ts"
import { openFlash, power, random, retained, wifi } from "./natives.ts"
import { readRecord } from "./record.ts"
import { type CrashRecord, wakeReason } from "./reset.ts"
import { batteryMillivolts, createSensor } from "./sensors.ts"
import type { SerialConsole } from "./serial.ts"
import { WifiLink } from "./wifi-link.ts"

/** ESP-IDF's calibrated RC oscillator (assumed), where no record says better. */
const RC_PPM = 500

export interface BoardOptions {
  console: SerialConsole
  crash: CrashRecord
  /** where nobody has given the board a record; absent: that is an error */
  otherwise?: BoardConfig
}

/** The record is read when it is first needed: a board that waits in its console has none. */
export function createBoard({ console, crash, otherwise }: BoardOptions): Board {
  const flash = openFlash()
  randomize(random(32))
  const reason = wakeReason(power.cause())
  let config: BoardConfig | undefined
  const configured = (): BoardConfig => {
    config ??= readRecord({ flash, crypto }, reason, otherwise)
    return config
  }
  const trace: Board["trace"] = (event) => {
    if (configured().trace) console.line(JSON.stringify(event))
  }
  const failed = (driver: string, error: unknown) =>
    trace({ e: "error", code: "E_SENSOR", message: `${driver}: ${(error as Error).message}` })
  return {
    flash,
    crypto,
    retained,
    entropy: { random },
    clock: {
      now: power.now,
      get ppm() {
        return config?.ppm ?? RC_PPM
      },
    },
    sensor: { sample: () => createSensor(configured(), drivers, failed).sample() },
    power: {
      reason,
      get batteryMillivolts() {
        return config ? batteryMillivolts(config, drivers) : 0
      },
      sleep(until) {
        const { wake } = configured()
        if (wake) power.wakeOnPin(wake.pin, wake.level)
        console.drained().then(() => {
          crash.end()
          power.sleep(until - power.now())
        })
      },
    },
    openLink(remembered) {
      crash.enter("radio")
      return openLink(configured(), console, trace, remembered)
    },
    trace,
  }
}

function openLink(config: BoardConfig, console: SerialConsole, trace: Board["trace"], remembered: Uint8Array): Link {
  const timer = createTimer()
  switch (config.link) {
    case "wifi":
      return new WifiLink({ wifi, config: config.wifi!, remembered, open: openDatagrams, timer, pause, trace })
    case "serial":
      return serialLink({ stream: console, timer })
    case "lora":
      return loraLink(config.lora!, timer)
  }
}
