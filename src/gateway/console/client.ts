/** The other end of a board's console (docs/protocol.md §2): asks, waits for answers, finds its way back after a reset. */
import type { Duplex } from "node:stream"
import type { CborValue } from "../../protocol/cbor/index.ts"
import { MAX_BODY } from "../../protocol/coap.ts"
import { type ConsoleAnswer, decodeConsoleAnswer, encodeConsoleRequest } from "../../protocol/console.ts"
import { DormouseError, type ErrorCode } from "../../protocol/errors.ts"
import { LINK_HEAD } from "../../protocol/link-message.ts"
import { Rule } from "../../protocol/schc/rules.ts"
import { encodeSerialFrame, SerialReader } from "../../protocol/serial-frame.ts"
import { GatewayError } from "../errors.ts"
import type { Clock } from "../ports.ts"

const ANSWER_MS = 5_000
/** Between two questions to a board that may still be booting. */
const OPEN_MS = 500
const AGAIN: readonly string[] = ["E_CONSOLE_SILENT", "E_CONSOLE_RESET"]
const GREETING = "console"
const GRACE_MS = 250

export interface ConsoleClientOptions {
  stream: Duplex
  clock: Pick<Clock, "after">
  /** what the board says between frames */
  onText?: ((text: string) => void) | undefined
  onEvent?: ((event: string, value: CborValue) => void) | undefined
}

interface Waiting {
  command: string
  resolve(result: CborValue): void
  reject(error: DormouseError): void
  cancel(): void
}

export class ConsoleClient {
  readonly #options: ConsoleClientOptions
  readonly #waiting = new Map<number, Waiting>()
  readonly #detach: () => void
  #lastId = 0

  constructor(options: ConsoleClientOptions) {
    this.#options = options
    const { stream, onText } = options
    const reader = new SerialReader(MAX_BODY + LINK_HEAD, {
      frame: ({ rule, payload }) => rule === Rule.consoleAnswer && this.#take(payload),
      ...(onText && { text: onText }),
    })
    const push = (bytes: Uint8Array) => reader.push(bytes)
    const ended = (cause?: Error) =>
      this.#fail(
        new GatewayError("E_CONSOLE_GONE", "The line to the board ended: is it still plugged in?", {
          ...(cause && { cause }),
        }),
      )
    const closed = () => ended()
    stream.on("data", push).on("error", ended).on("close", closed)
    this.#detach = () => stream.off("data", push).off("error", ended).off("close", closed)
  }

  /** Rejects with the board's own error, with `E_CONSOLE_SILENT` after `ms`, or with `E_CONSOLE_GONE`. */
  call(command: string, args: CborValue[] = [], ms: number = ANSWER_MS): Promise<CborValue> {
    const { stream, clock } = this.#options
    const id = (this.#lastId = (this.#lastId % 65_535) + 1)
    return new Promise((resolve, reject) => {
      const cancel = clock.after(ms, () => {
        this.#waiting.delete(id)
        reject(new GatewayError("E_CONSOLE_SILENT", `The board did not answer "${command}" within ${ms} ms.`))
      })
      this.#waiting.set(id, { command, resolve, reject, cancel })
      const payload = encodeConsoleRequest({ id, command, args })
      stream.write(encodeSerialFrame({ station: 0, rule: Rule.consoleRequest, payload }))
    })
  }

  /** Asks until the board answers, `ms` at most: it may still be booting, or somebody has to press its button. */
  async open(ms: number): Promise<CborValue> {
    for (let left = ms; ; left -= OPEN_MS) {
      try {
        return await this.call("info", [], OPEN_MS)
      } catch (error) {
        if (!AGAIN.includes((error as DormouseError).code) || left <= OPEN_MS) throw error
      }
    }
  }

  /** The line stays open for whoever comes next. */
  close(): void {
    this.#detach()
    this.#fail(new GatewayError("E_CONSOLE_GONE", "The console was closed."))
  }

  #take(payload: Uint8Array): void {
    let answer: ConsoleAnswer
    try {
      answer = decodeConsoleAnswer(payload)
    } catch {
      return // a frame that is whole, but of another firmware
    }
    if (answer.type === "event") {
      if (answer.event === GREETING) this.#forgotten()
      this.#options.onEvent?.(answer.event, answer.value)
      return
    }
    const waiting = this.#waiting.get(answer.id)
    if (!waiting) return
    this.#waiting.delete(answer.id)
    waiting.cancel()
    if (answer.type === "result") waiting.resolve(answer.result)
    else waiting.reject(new DormouseError(codeOf(answer.code), answer.message))
  }

  /** The board greets after a reset: what it was asked before is forgotten, unless it has come at this very moment. */
  #forgotten(): void {
    const { clock } = this.#options
    const asked = [...this.#waiting.keys()]
    if (asked.length === 0) return
    clock.after(GRACE_MS, () =>
      this.#fail(new GatewayError("E_CONSOLE_RESET", "The board was reset: ask again."), asked),
    )
  }

  #fail(error: DormouseError, ids: Iterable<number> = [...this.#waiting.keys()]): void {
    for (const id of ids) {
      const waiting = this.#waiting.get(id)
      if (!waiting) continue
      this.#waiting.delete(id)
      waiting.cancel()
      waiting.reject(error)
    }
  }
}

/** A board may be of a firmware that we do not know. */
function codeOf(code: string): ErrorCode {
  return /^E_[A-Z0-9_]{1,40}$/.test(code) ? (code as ErrorCode) : "E_DEVICE"
}
