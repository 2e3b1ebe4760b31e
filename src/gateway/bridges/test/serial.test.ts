/** Link `serial` at the gateway: what lines are there, and what happens on them. */
import { spawn, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { connect, createServer, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it, test } from "vitest"
import { encodeLinkMessage, LinkCode } from "../../../protocol/link-message.ts"
import { Rule } from "../../../protocol/schc/rules.ts"
import { encodeSerialFrame, SerialReader } from "../../../protocol/serial-frame.ts"
import type { Answer, Bridge, Handler } from "../bridge.ts"
import { openSerialBridge } from "../serial.ts"
import { parseLineName } from "../serial-name.ts"
import { testMeter } from "./meter.ts"

const echo: Handler = async (topic, body) => ({ kind: "changed", body: Buffer.concat([Buffer.from(topic[0]!), body]) })
const report = (token: number, body = "body", station = 0) => ({
  ...{ station, rule: Rule.whole },
  payload: encodeLinkMessage(LinkCode.report, token, Buffer.from(body)),
})
const opened: Bridge[] = []
const drops: string[] = []
let handle: Handler
let dir: string

beforeEach(() => {
  handle = echo
  drops.length = 0
  dir = mkdtempSync(join(tmpdir(), "dormouse-serial-"))
})

afterEach(async () => {
  for (const bridge of opened.splice(0)) await bridge.close()
  rmSync(dir, { recursive: true, force: true })
})

async function open(line: string): Promise<Bridge> {
  const meter = testMeter(drops)
  const bridge = await openSerialBridge({ line, meter, handle: (topic, body) => handle(topic, body) })
  opened.push(bridge)
  return bridge
}

/** The other end of a line: what it hears, frame by frame. */
function device(stream: NodeJS.ReadWriteStream) {
  const waiting: ((text: string) => void)[] = []
  const heard: string[] = []
  const say = (text: string) => (waiting.shift() ?? ((late) => heard.push(late)))(text)
  const frame = ({ station, payload }: { station: number; payload: Uint8Array }) =>
    say(`${station} ${payload[0]!.toString(16)} ${payload[2]} ${Buffer.from(payload.subarray(3))}`)
  const reader = new SerialReader(1_200, { frame })
  stream.on("data", (bytes: Uint8Array) => reader.push(bytes)).on("error", () => {})
  return {
    write: (...bytes: Uint8Array[]) => stream.write(Buffer.concat(bytes)),
    next: () => new Promise<string>((resolve) => (heard.length ? resolve(heard.shift()!) : waiting.push(resolve))),
  }
}

const connected = (...to: [string] | [number, string]) =>
  new Promise<Socket>((resolve) => {
    const socket = connect(...(to as [string]), () => resolve(socket))
  })

describe("lines", () => {
  it("wait at a Unix socket, in place of one that a killed gateway left", async () => {
    const path = join(dir, "serial.sock")
    const left = `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`
    spawnSync(process.execPath, ["-e", left])
    await open(`listen-unix:${path}`)
    const [one, two] = [await connected(path), await connected(path)]
    const [first, second] = [device(one), device(two)]
    first.write(encodeSerialFrame(report(1)))
    second.write(encodeSerialFrame(report(2)))
    expect([await first.next(), await second.next()]).toEqual(["0 80 1 rbody", "0 80 2 rbody"])
    await expect(open(`listen-unix:${path}`)).rejects.toMatchObject({ code: "E_PORT" })
    one.destroy()
    two.destroy()
  })

  it("never take the place of what is no socket", async () => {
    const path = join(dir, "precious")
    writeFileSync(path, "data")
    await expect(open(`listen-unix:${path}`)).rejects.toMatchObject({ code: "E_PORT" })
  })

  it("wait at a TCP port", async () => {
    const { port } = await open("listen-tcp:127.0.0.1:0")
    const socket = await connected(port, "127.0.0.1")
    const board = device(socket)
    board.write(encodeSerialFrame(report(3)))
    expect(await board.next()).toBe("0 80 3 rbody")
    await expect(open(`listen-tcp:127.0.0.1:${port}`)).rejects.toMatchObject({ code: "E_PORT" })
    socket.destroy()
  })

  it("are connected to, before and after the other end was away", async () => {
    const path = join(dir, "board.sock")
    await open(`unix:${path}`) // nobody is there yet
    for (const token of [4, 5]) {
      const server = createServer()
      const socket = await new Promise<Socket>((resolve) => server.on("connection", resolve).listen(path))
      const board = device(socket)
      board.write(encodeSerialFrame(report(token)))
      expect(await board.next()).toBe(`0 80 ${token} rbody`)
      socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    }
  })

  const python = spawnSync("python3", ["--version"]).status === 0
  const required = process.env.DORMOUSE_REQUIRE_TOOLS === "1"
  /** A pseudo-terminal between its standard streams and what opens it. */
  const ptyProgram = `
import os, pty, select, sys, tty
master, slave = pty.openpty()
tty.setraw(slave)
print(os.ttyname(slave), file=sys.stderr, flush=True)
while True:
    for fd in select.select([0, master], [], [])[0]:
        data = os.read(fd, 4096)
        if not data: sys.exit()
        os.write(master if fd == 0 else 1, data)
`
  test.skipIf(!python && !required)("are ttys (needs python3)", async () => {
    const pty = spawn("python3", ["-c", ptyProgram])
    const path = await new Promise<string>((resolve) => pty.stderr.once("data", (line) => resolve(String(line).trim())))
    await open(`${path}@9600`)
    const board = device(Object.assign(pty.stdout, { write: pty.stdin.write.bind(pty.stdin) }) as never)
    board.write(encodeSerialFrame(report(6)))
    expect(await board.next()).toBe("0 80 6 rbody")
    pty.kill()
  })

  it("have names that are told apart", () => {
    expect(parseLineName("/dev/ttyUSB0")).toEqual({ type: "tty", path: "/dev/ttyUSB0", baudRate: 115_200 })
    expect(parseLineName("COM3@9600")).toEqual({ type: "tty", path: "COM3", baudRate: 9_600 })
    const tcp = { type: "socket", listen: false, address: { host: "::1", port: 70 } }
    expect(parseLineName("tcp:[::1]:70")).toEqual(tcp)
    expect(parseLineName("listen-tcp:::1:70")).toEqual({ ...tcp, listen: true })
    expect(parseLineName("unix:a b")).toEqual({ type: "socket", listen: false, address: { path: "a b" } })
    for (const name of ["", "x", "tcp:", "tcp:host", "tcp:host:99999", "tcp::1", "unix:", "./tty"])
      expect(() => parseLineName(name), name).toThrow(expect.objectContaining({ code: "E_SERIAL_NAME" }))
  })
})

describe("on a line", () => {
  let board: ReturnType<typeof device>
  let socket: Socket

  beforeEach(async () => {
    const { port } = await open("listen-tcp:127.0.0.1:0")
    socket = await connected(port, "127.0.0.1")
    board = device(socket)
  })
  afterEach(() => socket.destroy())

  it("answers go to the station that asked", async () => {
    board.write(encodeSerialFrame(report(1, "a", 7)), encodeSerialFrame(report(2, "b", 9)))
    expect([await board.next(), await board.next()]).toEqual(["7 80 1 ra", "9 80 2 rb"])
  })

  it("garbage is counted by name and costs no frame behind it", async () => {
    const frame = encodeSerialFrame(report(1))
    const other = encodeSerialFrame({ station: 0, rule: 99, payload: new Uint8Array(3) })
    const answer = encodeSerialFrame({ station: 0, rule: Rule.whole, payload: new Uint8Array([0x80, 0, 0]) })
    board.write(Buffer.from("rst:0x5 (DEEPSLEEP_RESET)\r\n"), frame.subarray(0, 6), frame)
    expect(await board.next()).toBe("0 80 1 rbody")
    board.write(new Uint8Array(3_000).fill(0xaa), other, answer, frame)
    expect(await board.next()).toBe("0 80 1 rbody")
    expect(drops).toEqual(["E_SERIAL_GARBAGE", "E_SERIAL_LENGTH", "E_SCHC_RULE", "E_LINK_MESSAGE"])
  })

  it("faults have codes, and a body only where it is no more than three times what came", async () => {
    const kinds: [Answer["kind"], string][] = [
      ["badRequest", "81"],
      ["unauthorized", "82"],
      ["notFound", "83"],
      ["tooLarge", "84"],
      ["busy", "85"],
    ]
    for (const [kind, code] of kinds) {
      handle = async () => ({ kind, body: Buffer.from("E_SOMETHING") })
      board.write(encodeSerialFrame(report(1)))
      expect(await board.next()).toBe(`0 ${code} 1 E_SOMETHING`)
      board.write(encodeSerialFrame(report(1, "")))
      expect(await board.next()).toBe(`0 ${code} 1 `)
    }
  })

  it("only so many requests wait at a time", async () => {
    const answers: (() => void)[] = []
    handle = (_, body) => new Promise((resolve) => answers.push(() => resolve({ kind: "changed", body })))
    const frame = encodeSerialFrame(report(1))
    board.write(...new Array(66).fill(frame))
    while (drops.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    expect([answers.length, drops]).toEqual([64, ["E_BUSY", "E_BUSY"]])
    for (const answer of answers) answer()
    for (let i = 0; i < 64; i++) expect(await board.next()).toBe("0 80 1 body")
  })
})
