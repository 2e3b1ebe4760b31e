/** The emulated board: the firmware image for rv32, with test firmware as its bundle, in QEMU in real time. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Duplex } from "node:stream"
import { writeDataFlash } from "../../simulator/boards/rv32/data-flash.ts"
import { buildImage } from "../../simulator/boards/rv32/image.ts"
import { QemuBoard } from "../../simulator/boards/rv32/qemu-board.ts"
import type { Cut } from "../dut.ts"
import { type Description, LineDut } from "../line-dut.ts"

export async function openQemu(description: Description): Promise<LineDut> {
  const image = await buildImage("hw-tests", "hw-tests/agent/entry.ts")
  const folder = mkdtempSync(join(tmpdir(), "dormouse-hw-"))
  const dataFlash = join(folder, "data.flash")
  let board: QemuBoard | undefined
  const line = new Duplex({
    read() {},
    write(bytes: Buffer, _, done) {
      board?.write(bytes)
      done()
    },
  })
  const powerOff = async () => {
    const running = board
    board = undefined
    await running?.stop()
  }
  const powerOn = (cut?: Cut) => {
    const armed = cut && { cut: { after: cut.operation, tear: cut.tear } }
    const started = new QemuBoard(
      { image, dataFlash, ...armed },
      { bytes: (bytes) => void line.push(Buffer.from(bytes)) },
    )
    board = started
    // A supply that failed comes back.
    void started.ended.then(
      () => board === started && powerOn(),
      (error: Error) => line.destroy(error),
    )
  }
  return new LineDut(description, {
    line,
    async flash() {
      await powerOff()
      writeDataFlash(dataFlash)
      powerOn()
    },
    async reset(kind, cut) {
      if (kind === "pin" && board) return board.reset()
      await powerOff()
      powerOn(cut)
    },
    async close() {
      await powerOff()
      rmSync(folder, { recursive: true })
    },
  })
}
