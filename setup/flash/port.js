// A serial port of this machine in the shape of Web Serial, as esptool-js takes it.
import { Readable, Writable } from "node:stream"
import { FlashError } from "./plan.js"

/** Opens nothing yet. Throws `E_PORT` when it is opened and cannot be. */
export async function serialPort(path) {
  const [{ SerialPortStream }, { autoDetect }] = await Promise.all([
    import("@serialport/stream"),
    import("@serialport/bindings-cpp"),
  ])
  const binding = autoDetect()
  const listed = (await binding.list()).find((port) => port.path === path)
  const hex = (digits) => (digits ? Number.parseInt(digits, 16) : undefined)
  const info = { usbVendorId: hex(listed?.vendorId), usbProductId: hex(listed?.productId) }
  let lose
  const lost = new Promise((_, reject) => {
    lose = reject
  })
  lost.catch(() => {}) // heard by whoever races with it
  let stream
  const port = {
    readable: null,
    writable: null,
    lost,
    getInfo: () => info,
    async open({ baudRate }) {
      stream = await new Promise((resolve, reject) => {
        const opened = new SerialPortStream({ binding, path, baudRate, hupcl: false }, (error) =>
          error ? reject(openError(path, error)) : resolve(opened),
        )
      })
      stream.on("close", () => lose(new FlashError("E_FLASH_LINK", `${path} went away`)))
      port.readable = Readable.toWeb(stream)
      port.writable = Writable.toWeb(stream)
    },
    async close() {
      if (stream?.isOpen) await new Promise((resolve) => stream.close(resolve))
    },
    setBaudRate: (baudRate) => call((done) => stream.update({ baudRate }, done)),
    async setSignals({ dataTerminalReady, requestToSend }) {
      const signals = { ...(dataTerminalReady !== undefined && { dtr: dataTerminalReady }) }
      if (requestToSend !== undefined) signals.rts = requestToSend
      // A pseudo terminal has no such lines.
      await call((done) => stream.set(signals, done)).catch((error) => {
        if (!/ENOTTY|Inappropriate ioctl/.test(error.message)) throw error
      })
    },
  }
  return port
}

const call = (start) => new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())))

function openError(path, cause) {
  const remedy = /denied|EACCES/.test(cause.message)
    ? "you may not use it: add yourself to its group (Debian: sudo usermod -aG dialout $USER, then log in again)"
    : /busy|lock/i.test(cause.message)
      ? "another program is on it: end that one (a gateway on the same line, a terminal)"
      : "is the board plugged in? `ls /dev/tty{ACM,USB}*` shows what is"
  return new FlashError("E_PORT", `${path} cannot be opened: ${remedy}.`, { cause })
}

/** Shows what the board says until the process is ended. */
export async function showConsole(path, out = process.stdout, baudRate = 115_200) {
  const port = await serialPort(path)
  await port.open({ baudRate })
  for await (const bytes of port.readable) {
    // Frames are for programs: text is what people see of the line.
    out.write(Buffer.from(bytes.filter((byte) => byte === 10 || byte === 13 || (byte >= 32 && byte < 127))))
  }
}
