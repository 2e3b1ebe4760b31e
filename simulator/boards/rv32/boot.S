/* Reset on QEMU's `virt` machine, machine mode, one core: stack, data from flash, zeroed bss, painted stack, then main. */
  .section .boot, "ax"
  .global _start
_start:
  csrr t0, mhartid
  bnez t0, park
  .option push
  .option norelax
  la gp, __global_pointer$
  .option pop
  la sp, __stack_top
  la t0, trap
  csrw mtvec, t0
  csrwi mcountinhibit, 0
  csrwi minstret, 0
  csrwi minstreth, 0

  la t0, __data_start
  la t1, __data_end
  la t2, __data_image
1:
  bgeu t0, t1, 2f
  lw t3, 0(t2)
  sw t3, 0(t0)
  addi t0, t0, 4
  addi t2, t2, 4
  j 1b
2:
  la t0, __bss_start
  la t1, __bss_end
3:
  bgeu t0, t1, 4f
  sw zero, 0(t0)
  addi t0, t0, 4
  j 3b
4:
  la t0, __heap_end
  la t1, __stack_top
  li t2, 0xa5a5a5a5
5:
  bgeu t0, t1, 6f
  sw t2, 0(t0)
  addi t0, t0, 4
  j 5b
6:
  call main
  tail board_exit

  .balign 4
trap:
  csrr a0, mcause
  csrr a1, mepc
  csrr a2, mtval
  tail board_trap
park:
  wfi
  j park
