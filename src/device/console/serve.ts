/** A board's console, answering: one command after the other, until none has come for a while or one ends it. */
import type { CborValue } from "../../protocol/cbor/index.ts"
import { MAX_BODY } from "../../protocol/coap.ts"
import { type ConsoleAnswer, decodeConsoleRequest, encodeConsoleAnswer } from "../../protocol/console.ts"
import { Rule } from "../../protocol/schc/rules.ts"
import { encodeSerialFrame, SerialReader } from "../../protocol/serial-frame.ts"
import type { Timer } from "../links/coap-link.ts"
import type { ByteStream } from "../links/serial-link.ts"

export interface ConsoleLine {
  stream: ByteStream
  timer: Timer
}

/** What the rest of the frame does not need. */
export type Command = (args: CborValue[]) => CborValue | Promise<CborValue>

export interface ConsoleOptions {
  line: ConsoleLine
  commands: Readonly<Record<string, Command>>
  /** told when the console opens, so that whoever waits for a reset need not poll */
  greeting: CborValue
  /** µs without a command after which the board goes on; absent: it waits for ever */
  idle?: number | undefined
}

/** Ends the console, and what resolves it. */
export const LEAVE = "leave"

export function serveConsole({ line, commands, greeting, idle }: ConsoleOptions): Promise<void> {
  const { stream, timer } = line
  const say = (answer: ConsoleAnswer) =>
    stream.write(encodeSerialFrame({ station: 0, rule: Rule.consoleAnswer, payload: encodeConsoleAnswer(answer) }))
  return new Promise((resolve) => {
    let busy = false
    const leave = () => {
      timer.clear()
      delete stream.onReadable
      resolve()
    }
    const wait = () => idle !== undefined && timer.set(idle, leave)
    const take = async (payload: Uint8Array) => {
      const { id, command, args } = decodeConsoleRequest(payload)
      if (busy) return say({ type: "failure", id, code: "E_BUSY", message: "A command is being carried out." })
      if (command === LEAVE) {
        say({ type: "result", id, result: null })
        return leave()
      }
      busy = true
      timer.clear()
      try {
        const run = Object.hasOwn(commands, command) ? commands[command] : undefined
        if (run) say({ type: "result", id, result: await run(args) })
        else say({ type: "failure", id, code: "E_COMMAND", message: `There is no command "${command.slice(0, 32)}".` })
      } catch (error) {
        const { code = "E_DEVICE", message } = error as { code?: string; message: string }
        say({ type: "failure", id, code, message })
      }
      busy = false
      wait()
    }
    const reader = new SerialReader(MAX_BODY, {
      frame: ({ rule, payload }) => {
        // What is no request has no number to answer to: noise, or another program's.
        if (rule === Rule.consoleRequest) take(payload).catch(() => {})
      },
    })
    stream.onReadable = (bytes) => reader.push(bytes)
    wait()
    say({ type: "event", event: "console", value: greeting })
  })
}
