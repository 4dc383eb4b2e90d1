/* bpi_driver.c - driver of tiny4.  See bpi_driver.h.
 *
 * GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
 */
#include "bpi_driver.h"

#ifndef BPI_CUSTOM_IO
uint32_t bpi_read32(uintptr_t base, uint32_t offset)
{
    return *(volatile const uint32_t *)(base + offset);
}

void bpi_write32(uintptr_t base, uint32_t offset, uint32_t value)
{
    *(volatile uint32_t *)(base + offset) = value;
}
#endif

static uint32_t get(const bpi_device *device, uint32_t offset)
{
    return bpi_read32(device->base, offset);
}

static void put(const bpi_device *device, uint32_t offset, uint32_t value)
{
    bpi_write32(device->base, offset, value);
}

/* An address goes into two registers, low word first. */
static void put_address(const bpi_device *device, uint32_t offset, uint64_t address)
{
    put(device, offset, (uint32_t)(address & 0xFFFFFFFFu));
    put(device, offset + 4u, (uint32_t)(address >> 32));
}

/* Whether the accelerator's bus has the address. */
static int reaches(uint64_t address)
{
    return (address >> 32) == 0u;
}

static int acceptable(const bpi_program *program)
{
    return (program->address % BPI_INSTRUCTION_BYTES) == 0u
        && program->count != 0u
        && program->window_base < program->window_limit
        && reaches(program->address)
        && reaches(program->window_limit - 1u);
}

static bpi_result outcome(uint32_t status)
{
    bpi_result result;

    if ((status & BPI_STATUS_BUSY) != 0u) {
        result = BPI_RESULT_RUNNING;
    } else if ((status & BPI_STATUS_ERROR) != 0u) {
        result = BPI_RESULT_FAILED;
    } else if ((status & BPI_STATUS_DONE) != 0u) {
        result = BPI_RESULT_OK;
    } else {
        result = BPI_RESULT_IDLE;
    }
    return result;
}

bpi_result bpi_init(bpi_device *device, uintptr_t base)
{
    bpi_result result;

    device->base = base;
    if (get(device, BPI_ID) != BPI_ID_VALUE) {
        result = BPI_RESULT_NO_DEVICE;
    } else if ((get(device, BPI_VERSION) != BPI_VERSION_VALUE)
            || (get(device, BPI_CONFIG_HASH) != BPI_CONFIG_HASH_VALUE)) {
        result = BPI_RESULT_OTHER_DEVICE;
    } else {
        result = bpi_reset(device);
    }
    return result;
}

bpi_result bpi_submit(const bpi_device *device, const bpi_program *program, int interrupt)
{
    bpi_result result;

    if (!acceptable(program)) {
        result = BPI_RESULT_BAD_ARGUMENT;
    } else if (bpi_poll(device) == BPI_RESULT_RUNNING) {
        result = BPI_RESULT_RUNNING;
    } else {
        bpi_acknowledge(device);
        put_address(device, BPI_PROGRAM_LO, program->address);
        put(device, BPI_PROGRAM_COUNT, program->count);
        put_address(device, BPI_WINDOW_BASE_LO, program->window_base);
        put_address(device, BPI_WINDOW_LIMIT_LO, program->window_limit);
        BPI_BARRIER();
        put(device, BPI_CTRL, BPI_CTRL_START | ((interrupt != 0) ? BPI_CTRL_IRQ_ENABLE : 0u));
        result = BPI_RESULT_OK;
    }
    return result;
}

bpi_result bpi_poll(const bpi_device *device)
{
    const bpi_result result = outcome(get(device, BPI_STATUS));

    BPI_BARRIER();
    return result;
}

bpi_result bpi_wait(const bpi_device *device, uint32_t spins)
{
    bpi_result result = BPI_RESULT_RUNNING;
    uint32_t left = spins;

    while ((left != 0u) && (result == BPI_RESULT_RUNNING)) {
        result = bpi_poll(device);
        left--;
    }
    if (result == BPI_RESULT_RUNNING) {
        result = BPI_RESULT_TIMEOUT;
    }
    return result;
}

bpi_result bpi_interrupt(const bpi_device *device, bpi_error *error)
{
    const uint32_t status = get(device, BPI_STATUS);

    if (error != 0) {
        bpi_get_error(device, error);
    }
    /* only what was seen: a run that ends right now is for the next interrupt */
    put(device, BPI_STATUS, status & (BPI_STATUS_DONE | BPI_STATUS_ERROR));
    (void)get(device, BPI_STATUS);    /* the write has arrived once a read behind it is answered */
    BPI_BARRIER();
    return outcome(status);
}

void bpi_acknowledge(const bpi_device *device)
{
    put(device, BPI_STATUS, BPI_STATUS_DONE | BPI_STATUS_ERROR);
}

void bpi_get_error(const bpi_device *device, bpi_error *error)
{
    const uint32_t status = get(device, BPI_STATUS);

    error->cause = BPI_CAUSE_NONE;
    error->address = 0u;
    error->instruction = 0u;
    if ((status & BPI_STATUS_ERROR) != 0u) {
        error->cause = (bpi_cause)((status & BPI_STATUS_CAUSE) >> BPI_STATUS_CAUSE_SHIFT);
        error->address = ((uint64_t)get(device, BPI_ERROR_ADDRESS_HI) << 32) | get(device, BPI_ERROR_ADDRESS_LO);
        error->instruction = get(device, BPI_ERROR_INSTRUCTION);
    }
}

const char *bpi_cause_name(bpi_cause cause)
{
    const char *name;

    switch (cause) {
    case BPI_CAUSE_NONE: name = "NONE"; break;
    case BPI_CAUSE_OPCODE: name = "OPCODE"; break;
    case BPI_CAUSE_FIELD: name = "FIELD"; break;
    case BPI_CAUSE_BUFFER_RANGE: name = "BUFFER_RANGE"; break;
    case BPI_CAUSE_MISALIGNED: name = "MISALIGNED"; break;
    case BPI_CAUSE_WAIT: name = "WAIT"; break;
    case BPI_CAUSE_WINDOW: name = "WINDOW"; break;
    case BPI_CAUSE_READ_SLVERR: name = "READ_SLVERR"; break;
    case BPI_CAUSE_READ_DECERR: name = "READ_DECERR"; break;
    case BPI_CAUSE_WRITE_SLVERR: name = "WRITE_SLVERR"; break;
    case BPI_CAUSE_WRITE_DECERR: name = "WRITE_DECERR"; break;
    case BPI_CAUSE_START_BUSY: name = "START_BUSY"; break;
    case BPI_CAUSE_NO_END: name = "NO_END"; break;
    case BPI_CAUSE_ACCUMULATOR_RANGE: name = "ACCUMULATOR_RANGE"; break;
    case BPI_CAUSE_ENGINE: name = "ENGINE"; break;
    default: name = "UNKNOWN"; break;
    }
    return name;
}

const char *bpi_cause_text(bpi_cause cause)
{
    const char *text;

    switch (cause) {
    case BPI_CAUSE_NONE: text = "No error."; break;
    case BPI_CAUSE_OPCODE: text = "An instruction has an unknown opcode."; break;
    case BPI_CAUSE_FIELD: text = "An instruction sets reserved bits, or a size is zero or too large."; break;
    case BPI_CAUSE_BUFFER_RANGE: text = "A transfer is larger than its buffer."; break;
    case BPI_CAUSE_MISALIGNED: text = "An address is not aligned as its use requires."; break;
    case BPI_CAUSE_WAIT: text = "An instruction waits for one that comes after it."; break;
    case BPI_CAUSE_WINDOW: text = "A write lies outside the write window; nothing of it was sent."; break;
    case BPI_CAUSE_READ_SLVERR: text = "A read was answered with SLVERR."; break;
    case BPI_CAUSE_READ_DECERR: text = "A read was answered with DECERR."; break;
    case BPI_CAUSE_WRITE_SLVERR: text = "A write was answered with SLVERR."; break;
    case BPI_CAUSE_WRITE_DECERR: text = "A write was answered with DECERR."; break;
    case BPI_CAUSE_START_BUSY: text = "START was written during a run; the run goes on."; break;
    case BPI_CAUSE_NO_END: text = "The program is over without an END."; break;
    case BPI_CAUSE_ACCUMULATOR_RANGE: text = "A tile is larger than the accumulator."; break;
    case BPI_CAUSE_ENGINE: text = "The instruction needs an engine that this accelerator was built without."; break;
    default: text = "The cause is not one of this accelerator's."; break;
    }
    return text;
}

/* Whether the accelerator has the counter whose low word is at the offset. */
static int counts(const bpi_device *device, uint32_t offset)
{
    const uint32_t at = offset - BPI_COUNTER_CYCLES;

    return (offset >= BPI_COUNTER_CYCLES)
        && ((at % 8u) == 0u)
        && ((at / 8u) < 22u)
        && (((get(device, BPI_COUNTERS) >> (at / 8u)) & 1u) != 0u);
}

bpi_result bpi_read_counter(const bpi_device *device, uint32_t offset, uint64_t *value)
{
    bpi_result result = BPI_RESULT_NO_COUNTER;

    *value = 0u;
    if (counts(device, offset)) {
        const uint32_t low = get(device, offset);    /* keeps the high word that belongs to it */

        *value = ((uint64_t)get(device, offset + 4u) << 32) | low;
        result = BPI_RESULT_OK;
    }
    return result;
}

void bpi_read_counters(const bpi_device *device, bpi_counters *counters)
{
    (void)bpi_read_counter(device, BPI_COUNTER_CYCLES, &counters->cycles);
    (void)bpi_read_counter(device, BPI_COUNTER_ARRAY_BUSY, &counters->array_busy);
    (void)bpi_read_counter(device, BPI_COUNTER_USEFUL_MACS, &counters->useful_macs);
    (void)bpi_read_counter(device, BPI_COUNTER_IDLE_LANES, &counters->idle_lanes);
    (void)bpi_read_counter(device, BPI_COUNTER_ZEROS_MULTIPLIED, &counters->zeros_multiplied);
    (void)bpi_read_counter(device, BPI_COUNTER_ZEROS_FETCHED, &counters->zeros_fetched);
    (void)bpi_read_counter(device, BPI_COUNTER_DYNAMIC_READS, &counters->dynamic_reads);
    (void)bpi_read_counter(device, BPI_COUNTER_DYNAMIC_WRITES, &counters->dynamic_writes);
    (void)bpi_read_counter(device, BPI_COUNTER_STATIONARY_READS, &counters->stationary_reads);
    (void)bpi_read_counter(device, BPI_COUNTER_STATIONARY_WRITES, &counters->stationary_writes);
    (void)bpi_read_counter(device, BPI_COUNTER_ACCUMULATOR_READS, &counters->accumulator_reads);
    (void)bpi_read_counter(device, BPI_COUNTER_ACCUMULATOR_WRITES, &counters->accumulator_writes);
    (void)bpi_read_counter(device, BPI_COUNTER_DRAM_BYTES_READ, &counters->dram_bytes_read);
    (void)bpi_read_counter(device, BPI_COUNTER_DRAM_BYTES_WRITTEN, &counters->dram_bytes_written);
    (void)bpi_read_counter(device, BPI_COUNTER_REORGANIZE_CYCLES, &counters->reorganize_cycles);
    (void)bpi_read_counter(device, BPI_COUNTER_REORGANIZE_BYTES, &counters->reorganize_bytes);
    (void)bpi_read_counter(device, BPI_COUNTER_STALL_LOAD, &counters->stall_load);
    (void)bpi_read_counter(device, BPI_COUNTER_STALL_STORE, &counters->stall_store);
    (void)bpi_read_counter(device, BPI_COUNTER_STALL_TOKEN, &counters->stall_token);
    (void)bpi_read_counter(device, BPI_COUNTER_STALL_ACCUMULATOR, &counters->stall_accumulator);
    (void)bpi_read_counter(device, BPI_COUNTER_STALL_STATIONARY, &counters->stall_stationary);
    (void)bpi_read_counter(device, BPI_COUNTER_PROLOGUE_CYCLES, &counters->prologue_cycles);
}

bpi_result bpi_reset(const bpi_device *device)
{
    bpi_result result;

    put(device, BPI_CTRL, BPI_CTRL_RESET);
    result = bpi_wait(device, BPI_RESET_SPINS);
    if (result != BPI_RESULT_TIMEOUT) {
        bpi_acknowledge(device);
        result = BPI_RESULT_OK;
    }
    return result;
}
