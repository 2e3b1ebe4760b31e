/**
 * What the board adapters use of the Moddable SDK 8.2, written from its documentation, for the project's own `tsc`. In a
 * build with the SDK its own typings stand in place of these.
 */
declare module "timer" {
  class Timer {
    private constructor()
    static set(callback: (timer: Timer) => void, interval?: number, repeat?: number): Timer
    static repeat(callback: (timer: Timer) => void, interval: number): Timer
    static clear(timer: Timer | undefined | null): void
    static delay(milliseconds: number): void
    private brand: boolean
  }
  export default Timer
}

declare module "mc/config" {
  const config: Record<string, unknown>
  export default config
}

declare module "embedded:io/socket/udp" {
  class UDP {
    constructor(options: { address?: string; port?: number; onReadable?: (this: UDP, packets: number) => void })
    read(): (ArrayBuffer & { address: string; port: number }) | undefined
    write(buffer: Uint8Array, address: string, port: number): void
    close(): void
  }
  export default UDP
}

declare module "embedded:io/serial" {
  class Serial {
    constructor(options: {
      port: number
      receive: number
      transmit: number
      baud: number
      format?: "number" | "buffer"
      onReadable?: (this: Serial, bytes: number) => void
      onWritable?: (this: Serial, bytes: number) => void
    })
    read(byteLength: number): ArrayBuffer | undefined
    write(value: Uint8Array): void
    close(): void
  }
  export default Serial
}

declare module "embedded:io/i2c" {
  class I2C {
    constructor(options: Record<string, unknown>)
    read(buffer: Uint8Array): number
    write(buffer: Uint8Array): void
    close(): void
  }
  export default I2C
}

declare module "embedded:io/analog" {
  class Analog {
    constructor(options: { pin: number })
    readonly resolution: number
    read(): number
    close(): void
  }
  export default Analog
}

declare module "embedded:io/digital" {
  class Digital {
    constructor(options: Record<string, unknown>)
  }
  export default Digital
}

declare module "embedded:io/spi" {
  class SPI {
    constructor(options: Record<string, unknown>)
  }
  export default SPI
}
