/* simulated.h - the driver's registers, and the memory and interrupt, of an accelerator that runs in the simulator. */
#ifndef SIMULATED_H
#define SIMULATED_H

#include <stdint.h>

/* Starts the simulator; argv is its command line. */
void simulated_begin(char *const argv[]);

/* Ends it, once what the bus is owed has come. */
void simulated_end(void);

/* Memory that the accelerator sees. */
void simulated_store(uint64_t address, const void *data, uint32_t bytes);
void simulated_fill(uint64_t address, uint8_t value, uint32_t bytes);
void simulated_save(uint64_t address, uint32_t bytes, const char *path);

/* Waits for irq_o, for as many cycles at most; 1 when it is high. */
int simulated_interrupt(uint32_t cycles);

/* Lets time pass. */
void simulated_wait(uint32_t cycles);

/* From now on so many cycles pass before each read of a register, as on a processor that has other things to do. */
void simulated_pace(uint32_t cycles);

/* The next reads of a register return these values instead of the accelerator's. */
void simulated_fake(uint32_t offset, const uint32_t *values, uint32_t count);

#endif
