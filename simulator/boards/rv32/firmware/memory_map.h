/* Where QEMU's `virt` machine has its parts (qemu: hw/riscv/virt.c). */
#ifndef DORMOUSE_MEMORY_MAP_H
#define DORMOUSE_MEMORY_MAP_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

#define FINISHER REGISTER(0x00100000)
#define FINISHER_POWER_OFF 0x5555
#define FINISHER_RESET 0x7777

/* The only part, beside RAM and flash, that a reset leaves alone: nanoseconds, as an oscillator in the sleep domain. */
#define RTC_LOW REGISTER(0x00101000)
#define RTC_HIGH REGISTER(0x00101004)

#define TIMER_COMPARE_LOW REGISTER(0x02004000)
#define TIMER_COMPARE_HIGH REGISTER(0x02004004)
#define TIMER_LOW REGISTER(0x0200bff8)
#define TIMER_HIGH REGISTER(0x0200bffc)
#define TIMER_TICKS_PER_MICRO 10

#define INTERRUPT_PRIORITY(source) REGISTER(0x0c000000 + 4 * (source))
#define INTERRUPT_ENABLE REGISTER(0x0c002000)
#define INTERRUPT_THRESHOLD REGISTER(0x0c200000)
#define INTERRUPT_CLAIM REGISTER(0x0c200004)

#define UART ((volatile uint8_t *)0x10000000)
#define UART_SOURCE 10

/* Eight transports of virtio; sources 1 to 8. */
#define VIRTIO(slot) (0x10001000 + 0x1000 * (slot))
#define VIRTIO_SLOTS 8
#define VIRTIO_SOURCE(slot) (1 + (slot))

#define FLASH_BASE 0x20000000
#define DATA_FLASH_BASE 0x22000000
#define FLASH_BANK_SIZE 0x02000000

/* Only the build looks here: the bundle's source comes in, the template is made behind it. */
#define WORKSHOP_BASE 0x80800000
#define WORKSHOP_END 0x82000000

#endif
