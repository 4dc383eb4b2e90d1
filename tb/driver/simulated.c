/* simulated.c - registers, memory and interrupt over the simulator's standard input and output; see tb/harness/main.cpp.
 * Errors end the program: a test that cannot speak with its simulator has failed. */
#define _POSIX_C_SOURCE 200809L
#include "simulated.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bpi_driver.h"

static FILE *to_simulator, *from_simulator;
static pid_t simulator;
static const uint32_t *fake_values;
static uint32_t fake_offset, fake_left, pace;

static void fail(const char *what)
{
    fprintf(stderr, "simulator: %s\n", what);
    exit(2);
}

void simulated_begin(char *const argv[])
{
    int down[2], up[2];

    if (pipe(down) != 0 || pipe(up) != 0) fail("no pipe");
    simulator = fork();
    if (simulator < 0) fail("no process");
    if (simulator == 0) {
        dup2(down[0], STDIN_FILENO);
        dup2(up[1], STDOUT_FILENO);
        close(down[1]);
        close(up[0]);
        execv(argv[0], argv);
        _exit(127);
    }
    close(down[0]);
    close(up[1]);
    to_simulator = fdopen(down[1], "w");
    from_simulator = fdopen(up[0], "r");
    if (!to_simulator || !from_simulator) fail("no stream");
}

void simulated_end(void)
{
    int status = 0;

    fclose(to_simulator);
    if (waitpid(simulator, &status, 0) != simulator || status != 0) fail("it failed");
}

/* What the operation returned, and whether it came in time.  An error response reads as 0. */
static uint32_t answer(int *met)
{
    uint32_t value;
    unsigned response;

    if (fflush(to_simulator) != 0) fail("it does not listen");
    if (fscanf(from_simulator, "%" SCNu32 " %u %d", &value, &response, met) != 3) fail("it does not answer");
    return response == 0 ? value : 0;
}

static void done(void)
{
    int met;

    (void)answer(&met);
}

uint32_t bpi_read32(uintptr_t base, uint32_t offset)
{
    int met;

    (void)base;
    if (fake_left > 0 && offset == fake_offset) {
        fake_left--;
        return *fake_values++;
    }
    if (pace > 0) simulated_wait(pace);
    fprintf(to_simulator, "read %" PRIu32 "\n", offset);
    return answer(&met);
}

void bpi_write32(uintptr_t base, uint32_t offset, uint32_t value)
{
    (void)base;
    fprintf(to_simulator, "write %" PRIu32 " %" PRIu32 "\n", offset, value);
    done();
}

void simulated_store(uint64_t address, const void *data, uint32_t bytes)
{
    static const char path[] = "stored";
    FILE *file = fopen(path, "wb");

    if (!file || fwrite(data, 1, bytes, file) != bytes || fclose(file) != 0) fail("no file for its memory");
    fprintf(to_simulator, "load %" PRIu64 " %s\n", address, path);
    done();
}

void simulated_fill(uint64_t address, uint8_t value, uint32_t bytes)
{
    for (uint32_t at = 0; at < bytes;) {
        uint8_t part[256];
        uint32_t size = bytes - at < sizeof part ? bytes - at : (uint32_t)sizeof part;

        for (uint32_t i = 0; i < size; i++) part[i] = value;
        simulated_store(address + at, part, size);
        at += size;
    }
}

void simulated_save(uint64_t address, uint32_t bytes, const char *path)
{
    fprintf(to_simulator, "save %" PRIu64 " %" PRIu32 " %s\n", address, bytes, path);
    done();
}

int simulated_interrupt(uint32_t cycles)
{
    int met;

    fprintf(to_simulator, "irq %" PRIu32 "\n", cycles);
    (void)answer(&met);
    return met;
}

void simulated_wait(uint32_t cycles)
{
    fprintf(to_simulator, "wait %" PRIu32 "\n", cycles);
    done();
}

void simulated_pace(uint32_t cycles)
{
    pace = cycles;
}

void simulated_fake(uint32_t offset, const uint32_t *values, uint32_t count)
{
    fake_offset = offset;
    fake_values = values;
    fake_left = count;
}
