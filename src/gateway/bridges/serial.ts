/** Link `serial`: frames on ttys, TCP connections and Unix sockets. */
import type { Duplex } from "node:stream"
import type { Logger } from "../log.ts"
import type { Clock } from "../ports.ts"
import type { Bridge, BridgeOptions } from "./bridge.ts"
import { serialLine } from "./serial-line.ts"
import { parseLineName } from "./serial-name.ts"
import { keepConnected, listen } from "./serial-streams.ts"

/** Bytes that a line which does not take its answers may hold up. */
const MOST_UNSENT = 65_536

export interface SerialOptions extends Pick<BridgeOptions, "handle" | "onDrop"> {
  /** what `parseLineName` takes */
  line: string
  clock: Pick<Clock, "after">
  log: Logger
}

/** A line that cannot be opened yet is no error: boards are unplugged, emulators start late. Throws `E_PORT`. */
export function openSerialBridge(options: SerialOptions): Promise<Bridge> {
  const { line, clock, log } = options
  const name = parseLineName(line)
  const attach = (stream: Duplex) => attachLine(stream, options)
  if (name.type === "socket" && name.listen) return listen(name.address, attach)
  return keepConnected(name, attach, clock, (state) => log.info({ line, state }, "serial line"))
}

function attachLine(stream: Duplex, { handle, onDrop, log, line: name }: SerialOptions): void {
  const write = (bytes: Uint8Array) => {
    if (!stream.writable || stream.writableLength > MOST_UNSENT) onDrop("E_SLOW")
    else stream.write(bytes)
  }
  const onText = (text: string) => log.info({ line: name, text }, "serial text")
  const line = serialLine({ handle, onDrop, write, onText })
  stream.on("data", (bytes: Uint8Array) => line.push(bytes))
}
