/**
 * What a wake costs on the board: instructions by phase, memory, flash. A fresh board enrols with an in-memory gateway and
 * reports for some epochs; time and entropy are given, so the same firmware has the same figures in every run.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { provisionDataFlash } from "../../simulator/boards/rv32/data-flash.ts"
import { buildImage, type Image } from "../../simulator/boards/rv32/image.ts"
import { type BoardLine, QemuBoard } from "../../simulator/boards/rv32/qemu-board.ts"
import { symbols } from "../../simulator/boards/rv32/toolchain.ts"
import { profile } from "../../simulator/fleet/sensor.ts"
import { StubGateway, stubProvisioning } from "../../simulator/fleet/test/stub-gateway.ts"
import { fromHex } from "../../src/protocol/bytes.ts"
import { decodeLinkMessage, encodeLinkMessage, LinkCode } from "../../src/protocol/link-message.ts"
import type { SerialFrame } from "../../src/protocol/serial-frame.ts"

const START = 1_800_000_000_000
const EPOCH_MS = 60_000
/** Wakes that sample, sign, send and take a receipt; the first of them have none to take yet. */
const REPORTS = 8
const SETTLED = 3

export const phases = ["boot", "restore", "sample", "sign", "send", "receipt", "sleep"] as const
export type Phase = (typeof phases)[number]

export interface Wake {
  /** instructions, without those spent waiting */
  total: number
  phases: Record<Phase, number>
  /** of them: native cryptography */
  native: number
  meter: number
}

export interface Figures {
  image: Image
  /** the wake that costs most, of those that do everything; and of all, enrolment above all */
  wake: Wake
  first: Wake
  /** bytes of RAM */
  ram: { static: number; retained: number; heap: number; stack: number }
}

export async function boardFigures(): Promise<Figures> {
  const image = await buildImage()
  const wakes = splitWakes(await record(image))
  const reporting = wakes.filter(({ lines }) => lines.some(isTrace("receipt"))).slice(SETTLED)
  const used = wakes.map(({ lines }) => useOf(lines))
  const most = (pick: (use: Use) => number) => Math.max(...used.map(pick))
  const address = (name: string) => symbols(image.elf, false).find((symbol) => symbol.name === name)!.address
  const retained = address("__data_start") - address("__ram_start")
  return {
    image,
    wake: reporting.map(({ lines }) => wakeOf(lines)).reduce((a, b) => (b.total > a.total ? b : a)),
    first: wakeOf(wakes[0]!.lines),
    ram: {
      static: address("__bss_end") - address("__data_start"),
      retained,
      heap: most(({ heap }) => heap),
      stack: most(({ stack }) => stack),
    },
  }
}

/** All that the board says, until it has made its reports. */
async function record(image: Image): Promise<BoardLine[]> {
  const dir = mkdtempSync(join(tmpdir(), "dormouse-rv32-"))
  try {
    const dataFlash = join(dir, "data.flash")
    const entropy = join(dir, "entropy")
    // All bytes alike: QEMU drops some of what it reads where the host answers late, and they must not be missed.
    writeFileSync(entropy, Buffer.alloc(32_768, 0x5a))
    provisionDataFlash(dataFlash, provisioning(), { batch: 1, interval: 1 })
    const gateway = new StubGateway({ start: START, epochMs: EPOCH_MS })
    const lines: BoardLine[] = []
    let reports = 0
    let whole = false
    await new Promise<void>((resolve, reject) => {
      const board = new QemuBoard(
        { image, dataFlash, entropy, clock: "counted" },
        {
          line(line) {
            if (whole) return
            lines.push(line)
            if (isTrace("signed")(line)) reports++
            if (line.what === "died") reject(new Error(`The board died: ${line.text}`))
            whole = line.what === "sleep" && reports === REPORTS
            if (whole) resolve(board.stop())
          },
          frame: (frame) => board.send(answer(gateway, frame, START + Math.floor(lines.at(-1)!.micros / 1000))),
        },
      )
      board.ended.catch(reject)
    })
    return lines
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

function provisioning() {
  const { gatewayPublicKey, operator, chainId, genesisHash, registry } = stubProvisioning
  return {
    gatewayPublicKey: fromHex(gatewayPublicKey),
    operator: fromHex(operator),
    chainId,
    genesisHash: fromHex(genesisHash),
    registry: fromHex(registry),
    profile,
  }
}

function answer(gateway: StubGateway, { payload, ...frame }: SerialFrame, now: number): SerialFrame {
  const { code, token, body } = decodeLinkMessage(payload)!
  const answered = gateway.handle(code === LinkCode.hello ? "hello" : "report", body, now)
  const [answerCode, answerBody] = answered ? [LinkCode.changed, answered] : [LinkCode.unauthorized, new Uint8Array()]
  return { ...frame, payload: encodeLinkMessage(answerCode, token, answerBody) }
}

const isTrace = (event: string) => (line: BoardLine) => line.what === "trace" && JSON.parse(line.text).e === event

function splitWakes(lines: BoardLine[]): { lines: BoardLine[] }[] {
  const wakes: { lines: BoardLine[] }[] = []
  for (const line of lines) {
    if (line.what === "run") wakes.push({ lines: [] })
    wakes.at(-1)!.lines.push(line)
  }
  return wakes
}

interface Use {
  heap: number
  stack: number
  meter: number
  native: number
}

function useOf(lines: BoardLine[]): Use {
  const use = lines.find(({ what }) => what === "use")!
  const [, , , heap, stack, meter, native] = use.text.split(" ").map(Number) as [
    ...[number, number, number],
    ...[number, number, number, number],
  ]
  return { heap, stack, meter, native }
}

/** Each phase ends with what the board says then; one that a wake has not takes nothing. */
function wakeOf(lines: BoardLine[]): Wake {
  const ends: Record<Phase, (line: BoardLine) => boolean> = {
    boot: ({ what }) => what === "run",
    restore: isTrace("boot"),
    sample: isTrace("sample"),
    sign: isTrace("signed"),
    send: ({ what }) => what === "send",
    receipt: isTrace("acked"),
    sleep: ({ what }) => what === "sleep",
  }
  let before = 0
  const counts = phases.map((phase) => {
    const end = lines.findLast(ends[phase])?.instructions ?? before
    const count = end - before
    before = end
    return [phase, count]
  })
  const { meter, native } = useOf(lines)
  return { total: before, phases: Object.fromEntries(counts), native, meter }
}
