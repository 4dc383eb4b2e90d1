/* train.c - an application: it trains the network of net.h on the simulated core, and prints what came of each step.
 * train FOLDER SIMULATOR WORDS... ; the folder has `parameters`, what lies behind base register 1 at first, and `steps`: of each step
 * uint32 loss, by labels, seed, 0; double rate; floats of the inputs; int32 labels or floats of targets.  At the end the memory behind
 * each base register goes to the folder as `base1` to `base3`, and the last inference as `inferred`. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net.h"
#include "places.h"
#include "simulated.h"

#define SPINS 10000000u

static char folder[1024];

static void fail(const char *what)
{
    fprintf(stderr, "train: %s\n", what);
    exit(2);
}

static FILE *file_of(const char *name, const char *mode)
{
    char path[1200];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, mode);
    if (!file) fail(name);
    return file;
}

void bpi_store(uint64_t address, const uint8_t *bytes, uint32_t count)
{
    simulated_store(address, bytes, count);
}

void bpi_load(uint64_t address, uint8_t *bytes, uint32_t count)
{
    FILE *file;

    simulated_save(address, count, "loaded");
    file = fopen("loaded", "rb");
    if (!file || fread(bytes, 1, count, file) != count) fail("no file of its memory");
    fclose(file);
}

static void print(const char *name, int result)
{
    printf("%s %d\n", name, result);
}

static void write_parameters(const bpi_session *session)
{
    static uint8_t bytes[NET_BASE1_BYTES];
    FILE *file = file_of("parameters", "rb");

    if (fread(bytes, 1, sizeof bytes, file) != sizeof bytes) fail("parameters are short");
    fclose(file);
    bpi_store(session->bases[0], bytes, sizeof bytes);
}

static float *floats_of(uint64_t bytes, uint32_t bytes_per_element, uint64_t *count)
{
    float *values = (float *)malloc(bytes / bytes_per_element * sizeof(float));

    if (!values) fail("no memory");
    *count = bytes / bytes_per_element;
    return values;
}

static void save_base(const bpi_session *session, int base)
{
    char path[1200];

    snprintf(path, sizeof path, "%s/base%d", folder, base);
    simulated_save(session->bases[base - 1], (uint32_t)session->network->bytes[base - 1], path);
}

/* What a step refuses, or cannot finish; a begin afterwards puts all right. */
static void break_it(const bpi_session *good, const bpi_batch *batch, float *output)
{
    const int32_t wrong[NET_BATCH] = {(int32_t)good->network->classes};
    bpi_network inference = *good->network;
    bpi_session session = *good;
    bpi_batch other = *batch;
    bpi_error error;
    bpi_step step;
    const uint32_t word = 0x77;
    const bpi_tensor *input = good->network->inputs[0];
    const uint64_t count = input->bytes / input->bytes_per_element;
    float *nothing = (float *)calloc(count, sizeof *nothing);
    float *now = (float *)calloc(count, sizeof *now);
    const float *zeros = nothing;
    uint64_t written = 0;

    if (!nothing || !now) fail("no memory");
    inference.gradient = 0;
    other.loss = BPI_LOSS_CROSS_ENTROPY;
    other.labels = wrong;
    print("bad_label", bpi_train_step(&session, &other, output, &step));
    other.loss = BPI_LOSS_SQUARED_ERROR;
    other.targets = 0;
    print("no_targets", bpi_train_step(&session, &other, output, &step));
    session.bases[1] += 4u;
    print("misaligned", bpi_network_begin(&session));
    session = *good;
    session.bases[2] = (uint64_t)1 << 40;
    print("unreachable", bpi_network_begin(&session));
    session = *good;
    session.network = &inference;
    print("no_training", bpi_train_step(&session, batch, output, &step));
    session = *good;
    session.programs = session.bases[2];
    print("overlap", bpi_train_step(&session, batch, output, &step));

    session = *good;
    simulated_store(session.programs + session.network->backward->offset, &word, sizeof word);
    print("bad_program", bpi_train_step(&session, batch, output, &step));
    bpi_get_error(session.device, &error);
    printf("bad_program_error %s %" PRIu32 "\n", bpi_cause_name(error.cause), error.instruction);

    session.programs = LOST_ADDRESS;
    print("lost", bpi_train_step(&session, batch, output, &step));
    bpi_get_error(session.device, &error);
    printf("lost_error %s %" PRIu64 "\n", bpi_cause_name(error.cause), error.address);

    session = *good;
    session.spins = 1u;
    print("timeout", bpi_train_step(&session, batch, output, &step));
    other = *batch;
    other.inputs = &zeros;
    print("running", bpi_train_step(&session, &other, output, &step));
    bpi_read_tensor(&session, session.network->inputs[0], now);
    for (uint64_t i = 0; i < count; i++) written += now[i] != 0.0f;
    print("input_kept", written > 0);
    free(now);
    free(nothing);
    print("reset", bpi_reset(session.device));
}

int main(int argc, char **argv)
{
    bpi_device device;
    const bpi_session session = {&device, &net_network, {BASE1_ADDRESS, BASE2_ADDRESS, BASE3_ADDRESS}, PROGRAM_ADDRESS, SPINS};
    uint64_t input_count, output_count;
    float *inputs, *output, *targets;
    int32_t *labels;
    uint32_t head[4];
    FILE *steps;
    int broken = 0;

    if (argc < 3 || strlen(argv[1]) >= sizeof folder) return 2;
    strcpy(folder, argv[1]);
    simulated_begin(argv + 2);
    simulated_pace(200);
    inputs = floats_of(net_inputs[0]->bytes, net_inputs[0]->bytes_per_element, &input_count);
    output = floats_of(net_network.output->bytes, net_network.output->bytes_per_element, &output_count);
    targets = (float *)malloc(output_count * sizeof *targets);
    labels = (int32_t *)malloc(output_count / net_network.classes * sizeof *labels);
    if (!targets || !labels) fail("no memory");

    print("init", bpi_init(&device, 0));
    print("begin", bpi_network_begin(&session));
    write_parameters(&session);
    steps = file_of("steps", "rb");
    while (fread(head, sizeof *head, 4, steps) == 4) {
        const float *const all_inputs[1] = {inputs};
        const uint64_t images = output_count / net_network.classes;
        bpi_batch batch = {all_inputs, (bpi_loss)head[0], head[1] ? labels : 0, head[1] ? 0 : targets, 0.0, head[2]};
        bpi_step step = {0.0, 0};
        uint64_t bits;
        int result;

        if (fread(&batch.rate, sizeof batch.rate, 1, steps) != 1) fail("steps are short");
        if (fread(inputs, sizeof *inputs, input_count, steps) != input_count) fail("steps are short");
        if (head[1] ? fread(labels, sizeof *labels, images, steps) != images
                    : fread(targets, sizeof *targets, output_count, steps) != output_count) fail("steps are short");
        if (BREAKS && !broken) {
            broken = 1;
            break_it(&session, &batch, output);
            print("begin_again", bpi_network_begin(&session));
            write_parameters(&session);
        }
        result = bpi_train_step(&session, &batch, output, &step);
        memcpy(&bits, &step.loss, sizeof bits);
        printf("step %d %016" PRIx64 " %d\n", result, bits, step.skipped);
    }
    fclose(steps);
    for (int base = 1; base <= 3; base++) save_base(&session, base);
    {
        const float *const all_inputs[1] = {inputs};
        float *const all_outputs[1] = {output};
        FILE *inferred = file_of("inferred", "wb");

        print("infer", bpi_infer(&session, all_inputs, all_outputs));
        if (fwrite(output, sizeof *output, output_count, inferred) != output_count || fclose(inferred) != 0) fail("inferred");
    }
    simulated_end();
    free(inputs);
    free(output);
    free(targets);
    free(labels);
    return 0;
}
