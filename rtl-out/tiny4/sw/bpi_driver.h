/* bpi_driver.h - driver of tiny4: reset, run a program, poll or interrupt, errors, counters.
 *
 * C99 without a library and without allocation: nothing but stdint.h.  Every function reaches the accelerator through
 * bpi_read32 and bpi_write32 only; with BPI_CUSTOM_IO defined these two are yours.
 *
 * Programs and tensors lie in memory that the accelerator reaches.  Where the processor has caches, write them back
 * before bpi_submit and drop the lines of the results before reading them.
 *
 * GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
 */
#ifndef BPI_DRIVER_H
#define BPI_DRIVER_H

#include <stdint.h>

#include "bpi_registers.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Orders accesses to memory and to registers as they are written: a program before its START, the end of a run before
 * reads of its results. */
#ifndef BPI_BARRIER
#if defined(__GNUC__) && defined(__riscv)
#define BPI_BARRIER() __asm__ volatile("fence iorw, iorw" ::: "memory")
#elif defined(__GNUC__)
#define BPI_BARRIER() __sync_synchronize()
#else
#define BPI_BARRIER() ((void)0)
#endif
#endif

/* Bytes of an instruction; a program begins at a multiple of it. */
#define BPI_INSTRUCTION_BYTES 64u

/* Reads of STATUS that bpi_reset and bpi_init allow for a reset: it takes a few hundred cycles, and those that
 * the bus needs for what it owes. */
#ifndef BPI_RESET_SPINS
#define BPI_RESET_SPINS 1000000u
#endif

/* What a function reports. */
typedef enum {
    BPI_RESULT_OK = 0,           /* done; after a run: its results are in memory */
    BPI_RESULT_IDLE,             /* no run since the last was acknowledged */
    BPI_RESULT_RUNNING,          /* a run or a reset is under way */
    BPI_RESULT_FAILED,           /* the run has stopped: see bpi_get_error */
    BPI_RESULT_TIMEOUT,          /* still running after as many reads of STATUS as were allowed */
    BPI_RESULT_BAD_ARGUMENT,     /* misaligned or empty program, empty window, or an address of more than 32 bits */
    BPI_RESULT_NO_DEVICE,        /* there is no accelerator of this kind at the address */
    BPI_RESULT_OTHER_DEVICE,     /* it was generated from another configuration or by another version */
    BPI_RESULT_NO_COUNTER        /* the accelerator was built without this counter, or there is none at the offset */
} bpi_result;

/* Why a run has stopped. */
typedef enum {
    BPI_CAUSE_NONE = 0,
    BPI_CAUSE_OPCODE = BPI_ERROR_OPCODE,                       /* An instruction has an unknown opcode. */
    BPI_CAUSE_FIELD = BPI_ERROR_FIELD,                         /* An instruction sets reserved bits, or a size is zero or too large. */
    BPI_CAUSE_BUFFER_RANGE = BPI_ERROR_BUFFER_RANGE,           /* A transfer is larger than its buffer. */
    BPI_CAUSE_MISALIGNED = BPI_ERROR_MISALIGNED,               /* An address is not aligned as its use requires. */
    BPI_CAUSE_WAIT = BPI_ERROR_WAIT,                           /* An instruction waits for one that comes after it. */
    BPI_CAUSE_WINDOW = BPI_ERROR_WINDOW,                       /* A write lies outside the write window; nothing of it was sent. */
    BPI_CAUSE_READ_SLVERR = BPI_ERROR_READ_SLVERR,             /* A read was answered with SLVERR. */
    BPI_CAUSE_READ_DECERR = BPI_ERROR_READ_DECERR,             /* A read was answered with DECERR. */
    BPI_CAUSE_WRITE_SLVERR = BPI_ERROR_WRITE_SLVERR,           /* A write was answered with SLVERR. */
    BPI_CAUSE_WRITE_DECERR = BPI_ERROR_WRITE_DECERR,           /* A write was answered with DECERR. */
    BPI_CAUSE_START_BUSY = BPI_ERROR_START_BUSY,               /* START was written during a run; the run goes on. */
    BPI_CAUSE_NO_END = BPI_ERROR_NO_END,                       /* The program is over without an END. */
    BPI_CAUSE_ACCUMULATOR_RANGE = BPI_ERROR_ACCUMULATOR_RANGE, /* A tile is larger than the accumulator. */
    BPI_CAUSE_ENGINE = BPI_ERROR_ENGINE                        /* The instruction needs an engine that this accelerator was built without. */
} bpi_cause;

/* One accelerator. */
typedef struct {
    uintptr_t base;            /* address of its registers */
} bpi_device;

/* A program in memory.  Addresses are those that the accelerator sees. */
typedef struct {
    uint64_t address;          /* of the first instruction, a multiple of 64 */
    uint32_t count;            /* instructions */
    uint64_t window_base;      /* first byte that it may write */
    uint64_t window_limit;     /* first byte after those; at most the end of the address space */
} bpi_program;

/* The first error since the last acknowledgement. */
typedef struct {
    bpi_cause cause;
    uint64_t address;          /* in memory, where the cause has one; else 0 */
    uint32_t instruction;      /* instructions taken before it: the index of one that is refused */
} bpi_error;

/* Counters of the last run. */
typedef struct {
    uint64_t cycles;             /* Clock cycles from START to END, all writes answered. */
    uint64_t array_busy;         /* Cycles in which a vector enters the array. */
    uint64_t useful_macs;        /* Multiplications of a valid pixel with a weight or gradient, in lanes that are in use; in traditional, of the zeros too that REORGANIZE has stored, which cannot be told from pixels. */
    uint64_t idle_lanes;         /* Lane-cycles masked in vectors that are otherwise useful: channel tails, and edge pixels in wgrad. */
    uint64_t zeros_multiplied;   /* Lane-cycles spent on structural zeros that the hardware detected and yet multiplied. */
    uint64_t zeros_fetched;      /* Buffer reads of vectors that the hardware knows to be structural zeros: always 0, as those it detects are not fetched. */
    uint64_t dynamic_reads;      /* Vectors read from the dynamic buffer. */
    uint64_t dynamic_writes;     /* Beats written to the dynamic buffer. */
    uint64_t stationary_reads;   /* Vectors read from the stationary buffer. */
    uint64_t stationary_writes;  /* Beats written to the stationary buffer. */
    uint64_t accumulator_reads;  /* Vectors read from the accumulator, to add to and to drain. */
    uint64_t accumulator_writes; /* Vectors written to the accumulator, sums and clears. */
    uint64_t dram_bytes_read;    /* Bytes read from memory, whole beats, those of the program among them. */
    uint64_t dram_bytes_written; /* Bytes written to memory, by their strobes. */
    uint64_t reorganize_cycles;  /* Cycles in which a LOAD marked as reorganizing, or a REORGANIZE, is under way. */
    uint64_t reorganize_bytes;   /* Bytes written by REORGANIZE: the zero-inserted tensor stored in memory. */
    uint64_t stall_load;         /* Cycles with an idle array because the next EXEC waits for a LOAD. */
    uint64_t stall_store;        /* Cycles with an idle array because the next EXEC waits for a STORE. */
    uint64_t stall_token;        /* Cycles with an idle array while a run is open and no EXEC is at the head of its queue. */
    uint64_t stall_accumulator;  /* Cycles with an idle array while a tile is open, to keep two uses of a sum apart or to let a drain in. */
    uint64_t stall_stationary;   /* Cycles with an idle array while a tile is open, because the next stationary block is not in place. */
    uint64_t prologue_cycles;    /* Cycles from the start of an EXEC to its first vector into the array. */
} bpi_counters;

/* Access to a register.  A read that the bus answers with an error must return 0. */
uint32_t bpi_read32(uintptr_t base, uint32_t offset);
void bpi_write32(uintptr_t base, uint32_t offset, uint32_t value);

/* Finds the accelerator and resets it.  OK, NO_DEVICE, OTHER_DEVICE, or TIMEOUT of the reset. */
bpi_result bpi_init(bpi_device *device, uintptr_t base);

/* Starts a program and returns at once; `interrupt` is 0 to poll, else irq_o rises at the end.  It acknowledges the run
 * before.  OK, RUNNING when a run is under way (nothing is changed), or BAD_ARGUMENT. */
bpi_result bpi_submit(const bpi_device *device, const bpi_program *program, int interrupt);

/* How the run is: RUNNING, OK, FAILED or IDLE.  It changes nothing. */
bpi_result bpi_poll(const bpi_device *device);

/* Polls until the run is over, or `spins` times: OK, FAILED, IDLE or TIMEOUT. */
bpi_result bpi_wait(const bpi_device *device, uint32_t spins);

/* For the interrupt handler: reports as bpi_poll does, copies the error unless `error` is 0, and acknowledges what it
 * reports.  irq_o is low when it returns, unless something new has happened. */
bpi_result bpi_interrupt(const bpi_device *device, bpi_error *error);

/* Clears done and error, and with them irq_o. */
void bpi_acknowledge(const bpi_device *device);

/* The error that is set; cause BPI_CAUSE_NONE without one. */
void bpi_get_error(const bpi_device *device, bpi_error *error);

/* Name and meaning of a cause, in English; "UNKNOWN" for a number that is none. */
const char *bpi_cause_name(bpi_cause cause);
const char *bpi_cause_text(bpi_cause cause);

/* A 64-bit counter by the offset of its low word, as BPI_COUNTER_CYCLES; consistent during a run too, as long as no
 * one else reads a counter at the same time.  OK, or NO_COUNTER and the value 0: the register COUNTERS says which there are. */
bpi_result bpi_read_counter(const bpi_device *device, uint32_t offset, uint64_t *value);
/* All counters; 0 for those that the accelerator does not have. */
void bpi_read_counters(const bpi_device *device, bpi_counters *counters);

/* Soft reset: ends a run, disables the interrupt, clears done and error.  The bus is left in order.  OK or TIMEOUT. */
bpi_result bpi_reset(const bpi_device *device);

#ifdef __cplusplus
}
#endif

#endif
