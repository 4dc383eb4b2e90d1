/* loss.c - losses and gradients of the vectors on its standard input, as bits on its standard output: uint32 loss, by labels, images, classes;
 * floats of the output; int32 labels or floats of targets; then comes the result, the loss, the gradient, all as doubles. */
#include <stdio.h>
#include <stdlib.h>

#include "bpi_network.h"

#define MOST 4096u

/* No memory and no registers here. */
void bpi_store(uint64_t address, const uint8_t *bytes, uint32_t count) { (void)address, (void)bytes, (void)count; abort(); }
void bpi_load(uint64_t address, uint8_t *bytes, uint32_t count) { (void)address, (void)bytes, (void)count; abort(); }
uint32_t bpi_read32(uintptr_t base, uint32_t offset) { (void)base, (void)offset; abort(); }
void bpi_write32(uintptr_t base, uint32_t offset, uint32_t value) { (void)base, (void)offset, (void)value; abort(); }

int main(void)
{
    static float output[MOST], targets[MOST];
    static int32_t labels[MOST];
    static double results[MOST + 2u];
    uint32_t head[4];

    while (fread(head, sizeof *head, 4, stdin) == 4) {
        const uint32_t values = head[2] * head[3];
        const bpi_batch batch = {0, (bpi_loss)head[0], head[1] ? labels : 0, head[1] ? 0 : targets, 0.0, 0};

        if (values > MOST || fread(output, sizeof *output, values, stdin) != values) return 2;
        if (head[1] ? fread(labels, sizeof *labels, head[2], stdin) != head[2]
                    : fread(targets, sizeof *targets, values, stdin) != values) return 2;
        results[0] = (double)bpi_loss_of(&batch, output, values, head[3], &results[1], &results[2]);
        if (fwrite(results, sizeof *results, values + 2u, stdout) != values + 2u) return 2;
    }
    return fflush(stdout) != 0;
}
