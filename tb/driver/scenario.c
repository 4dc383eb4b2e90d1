/* scenario.c - an application: it uses the driver as one would, and prints what came of each step, `name value`.
 * scenario FOLDER SIMULATOR WORDS... ; results go to the folder as files. */
#include <inttypes.h>
#include <stdio.h>

#include "bpi_driver.h"
#include "good.h"
#include "simulated.h"

/* A second copy of the program: its first word is spoilt, or memory answers it with errors. */
#include "places.h"

#define SPINS 100000u
#define CYCLES 100000u

static void print(const char *name, uint64_t value)
{
    printf("%s %" PRIu64 "\n", name, value);
}

static void print_error(const char *name, const bpi_error *error)
{
    printf("%s %s %" PRIu64 " %" PRIu32 "\n", name, bpi_cause_name(error->cause), error->address, error->instruction);
}

static void save(const char *folder, const char *name)
{
    char path[1024];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    simulated_save(GOOD_DX_ADDRESS, GOOD_DX_BYTES, path);
    simulated_fill(GOOD_DX_ADDRESS, 0xC3, GOOD_DX_BYTES);
}

static void print_counters(const bpi_device *device)
{
    bpi_counters counters;
    const uint64_t *values = (const uint64_t *)&counters;
    const uint32_t cycles_alone = 1;
    uint64_t value;

    bpi_read_counters(device, &counters);
    printf("counters");
    for (unsigned i = 0; i < sizeof counters / sizeof *values; i++) printf(" %" PRIu64, values[i]);
    printf("\n");
    print("cycles", counters.cycles);
    print("read_counter", bpi_read_counter(device, BPI_COUNTER_USEFUL_MACS, &value));
    print("useful_macs", value);
    simulated_fake(BPI_COUNTERS, &cycles_alone, 1);
    print("read_absent", bpi_read_counter(device, BPI_COUNTER_STALL_LOAD, &value));
    print("read_high_word", bpi_read_counter(device, BPI_COUNTER_CYCLES + 4u, &value));
    print("read_no_counter", bpi_read_counter(device, BPI_COUNTER_CYCLES - 8u, &value));
    print("read_after_last", bpi_read_counter(device, BPI_COUNTER_CYCLES + 8u * (uint32_t)(sizeof counters / sizeof *values), &value));
}

static void find(bpi_device *device)
{
    const uint32_t wrong = 0;

    simulated_fake(BPI_ID, &wrong, 1);
    print("init_without_device", bpi_init(device, 0));
    simulated_fake(BPI_CONFIG_HASH, &wrong, 1);
    print("init_of_another", bpi_init(device, 0));
    simulated_fake(BPI_VERSION, &wrong, 1);
    print("init_of_another_version", bpi_init(device, 0));
    print("init", bpi_init(device, 0));
    print("poll_before", bpi_poll(device));
}

static void refuse(const bpi_device *device, const bpi_program *good)
{
    bpi_program program = *good;

    program.address += 4;
    print("misaligned", bpi_submit(device, &program, 0));
    program = *good;
    program.count = 0;
    print("empty", bpi_submit(device, &program, 0));
    program = *good;
    program.window_limit = program.window_base;
    print("no_window", bpi_submit(device, &program, 0));
    program = *good;
    program.address += (uint64_t)1 << 32;
    print("unreachable_program", bpi_submit(device, &program, 0));
    program = *good;
    program.window_limit += (uint64_t)1 << 32;
    print("unreachable_window", bpi_submit(device, &program, 0));
    print("poll_after_refusal", bpi_poll(device));
}

int main(int argc, char **argv)
{
    const bpi_program good = {GOOD_PROGRAM_ADDRESS, GOOD_PROGRAM_COUNT, GOOD_WINDOW_BASE, GOOD_WINDOW_LIMIT};
    bpi_program bad = good;
    bpi_device device;
    bpi_error error;
    uint32_t word = 0x77;
    const uint32_t high = 6;
    uint64_t value;

    if (argc < 3) return 2;
    simulated_begin(argv + 2);
    simulated_store(GOOD_PROGRAM_ADDRESS, good_words, GOOD_PROGRAM_BYTES);
    simulated_store(BAD_PROGRAM_ADDRESS, good_words, GOOD_PROGRAM_BYTES);
    simulated_store(BAD_PROGRAM_ADDRESS + 64u * BAD_INSTRUCTION, &word, sizeof word);
    simulated_fill(GOOD_DX_ADDRESS, 0xC3, GOOD_DX_BYTES);

    find(&device);
    refuse(&device, &good);

    /* by polling; a second program has to wait */
    print("submit", bpi_submit(&device, &good, 0));
    print("submit_again", bpi_submit(&device, &good, 0));
    print("wait_too_short", bpi_wait(&device, 3));
    print("wait", bpi_wait(&device, SPINS));
    print("irq_of_polled", (uint64_t)simulated_interrupt(100));
    bpi_get_error(&device, &error);
    print_error("no_error", &error);
    save(argv[1], "polled");
    print_counters(&device);
    simulated_fake(BPI_COUNTER_CYCLES + 4u, &high, 1);
    print("read_large", bpi_read_counter(&device, BPI_COUNTER_CYCLES, &value));
    print("large_counter", value >> 32);
    bpi_acknowledge(&device);
    print("poll_acknowledged", bpi_poll(&device));

    /* an unknown opcode, by interrupt */
    bad.address = BAD_PROGRAM_ADDRESS;
    print("submit_bad", bpi_submit(&device, &bad, 1));
    print("irq_of_bad", (uint64_t)simulated_interrupt(CYCLES));
    print("poll_bad", bpi_poll(&device));
    print("interrupt_bad", bpi_interrupt(&device, &error));
    print_error("error_bad", &error);
    print("irq_after_bad", (uint64_t)simulated_interrupt(0));
    print("reset", bpi_reset(&device));

    /* the same core runs again, by interrupt */
    print("submit_after_reset", bpi_submit(&device, &good, 1));
    print("irq_of_good", (uint64_t)simulated_interrupt(CYCLES));
    print("interrupt_good", bpi_interrupt(&device, &error));
    print_error("error_good", &error);
    print("irq_after_good", (uint64_t)simulated_interrupt(0));
    print("interrupt_spurious", bpi_interrupt(&device, 0));
    save(argv[1], "interrupted");

    /* the bus answers the program with an error; the next run needs no reset */
    bad.address = LOST_PROGRAM_ADDRESS;
    print("submit_lost", bpi_submit(&device, &bad, 0));
    print("wait_lost", bpi_wait(&device, SPINS));
    bpi_get_error(&device, &error);
    print_error("error_lost", &error);
    print("submit_after_lost", bpi_submit(&device, &good, 0));
    print("wait_after_lost", bpi_wait(&device, SPINS));
    save(argv[1], "after_lost");

    /* a reset in the middle of a run */
    print("submit_to_reset", bpi_submit(&device, &good, 1));
    simulated_wait(500);
    print("poll_to_reset", bpi_poll(&device));
    print("reset_in_run", bpi_reset(&device));
    print("poll_reset", bpi_poll(&device));
    print("irq_after_reset", (uint64_t)simulated_interrupt(1000));
    save(argv[1], "stopped");
    print("submit_last", bpi_submit(&device, &good, 0));
    print("wait_last", bpi_wait(&device, SPINS));
    save(argv[1], "after_reset");

    for (uint32_t cause = 0; cause < 16; cause++)
        printf("cause%" PRIu32 " %s|%s\n", cause, bpi_cause_name((bpi_cause)cause), bpi_cause_text((bpi_cause)cause));
    simulated_end();
    return 0;
}
