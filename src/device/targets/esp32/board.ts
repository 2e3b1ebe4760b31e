/** The board that an ESP32 is: native modules, drivers and links behind the ports of the device runtime. */
import { serialLink } from "../../links/serial-link.ts"
import type { Board, Link, TraceEvent } from "../../ports.ts"
import { crypto } from "../native/crypto.ts"
import { createTimer, pause } from "../timer.ts"
import { openDatagrams } from "../udp.ts"
import type { BoardConfig } from "./config.ts"
import { drivers } from "./drivers.ts"
import { loraLink } from "./lora.ts"
import { openFlash, power, random, retained, retainedLink, wifi } from "./natives.ts"
import { type CrashRecord, wakeReason } from "./reset.ts"
import { batteryMillivolts, createSensor } from "./sensors.ts"
import type { SerialConsole } from "./serial.ts"
import { WifiLink } from "./wifi-link.ts"

/** What the wire needs of the board, before there is a board record. */
export type BareBoard = Pick<Board, "flash" | "crypto" | "entropy" | "retained">

export function createBareBoard(): BareBoard {
  return { flash: openFlash(), crypto, retained, entropy: { random } }
}

export interface BoardOptions {
  bare: BareBoard
  config: BoardConfig
  console: SerialConsole
  crash: CrashRecord
}

export function createBoard({ bare, config, console, crash }: BoardOptions): Board {
  const trace = (event: TraceEvent) => {
    if (config.trace) console.line(JSON.stringify(event))
  }
  return {
    ...bare,
    clock: { now: power.now, ppm: config.ppm },
    sensor: createSensor(config, drivers, (driver, error) =>
      trace({ e: "error", code: "E_SENSOR", message: `${driver}: ${(error as Error).message}` }),
    ),
    power: {
      reason: wakeReason(power.cause()),
      get batteryMillivolts() {
        return batteryMillivolts(config, drivers)
      },
      sleep(until) {
        if (config.wake) power.wakeOnPin(config.wake.pin, config.wake.level)
        console.drained().then(() => {
          crash.end()
          power.sleep(until - power.now())
        })
      },
    },
    openLink() {
      crash.enter("radio")
      return openLink(config, console, trace)
    },
    trace,
  }
}

function openLink(config: BoardConfig, console: SerialConsole, trace: Board["trace"]): Link {
  const timer = createTimer()
  switch (config.link) {
    case "wifi":
      return new WifiLink({
        wifi,
        config: config.wifi!,
        retained: retainedLink,
        open: openDatagrams,
        timer,
        pause,
        trace,
      })
    case "serial":
      return serialLink({ stream: console, timer })
    case "lora":
      return loraLink(config.lora!, timer)
  }
}
