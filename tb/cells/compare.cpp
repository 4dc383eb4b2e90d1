// compare.cpp - the generated cells and the C functions beside each other: random inputs, every output compared in every cycle.
// usage: simulation SEED CYCLES VECTORS...; a file of vectors holds operands and result of the generated blocks' benches.
#include "array.cpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>

#include "Vboth.h"
#include "verilated.h"

static unsigned long long checks = 0, wrong = 0;

static void same(unsigned long long verilog, unsigned long long c, const char* what, unsigned long long at) {
    checks++;
    // the first difference says most: those after it may follow from it
    if (verilog != c && wrong++ == 0) std::printf("FAIL %s %llu: Verilog %llx, C %llx\n", what, at, verilog, c);
}

// Bits of a random operand: now and then what is special, in shares that change with the phase.
static uint32_t draw(std::mt19937& random, unsigned phase, bool floating) {
    const uint32_t bits = random();
    if (!floating) return random() % 8 == 0 ? (bits & 1 ? 0x80 : 0x7f) : bits & 0xff;
    const uint32_t kind = random() % 64;
    if (phase == 0 || kind >= 8 * phase) return (bits & 0x807f) | (120 + (bits >> 16) % 15) << 7;   // around 1
    switch (kind % 8) {
        case 0: return bits & 0x8000;                         // zeros
        case 1: return bits & 0x807f;                         // subnormals, structural zeros
        case 2: return (bits & 0x8000) | 0x7f80;              // infinities
        case 3: return (bits & 0xffff) | 0x7f80;              // NaNs and infinities
        case 4: return (bits & 0x807f) | (bits >> 16) % 70 << 7;           // products that are tiny
        case 5: return (bits & 0x807f) | (255 - (bits >> 16) % 70) << 7;   // products that are huge
        default: return bits & 0xffff;
    }
}

int main(int argc, char** argv) {
    const uint32_t seed = uint32_t(std::strtoul(argv[1], nullptr, 10));
    const unsigned long long cycles = std::strtoull(argv[2], nullptr, 10);
    std::mt19937 random(seed);
    VerilatedContext context;
    context.commandArgs(argc, argv);
    Vboth top(&context);
    const auto edge = [&] {
        top.clk = 0;
        top.eval();
        top.clk = 1;
        top.eval();
    };

#if FLOATING
    // operand by operand, of the benches' vectors and of random bits
    for (int file = 3; file < argc; file++) {
        std::ifstream lines(argv[file]);
        std::string line;
        const bool adds = file == 3;
        const size_t digits = adds ? 8 : 4;
        while (lines >> line) {
            const auto field = [&](size_t at, size_t size) { return uint32_t(std::stoul(line.substr(at, size), nullptr, 16)); };
            const uint32_t a = field(0, digits), b = field(digits, digits), expected = field(2 * digits, 8);
            same(expected, adds ? add_fp32(a, b) : product_bf16(a, b), adds ? "sum, vector" : "product, vector", checks);
        }
    }
    for (unsigned long long n = 0; n < 20 * cycles; n++) {
        uint32_t a = random(), b = random();
        // near to each other, or to cancellation, every second time
        if (n % 2) b = (a ^ (b & 0x80000000)) + (b & 0x01ffffff) - 0x01000000;
        if (n % 16 == 7) a &= 0x807fffff;
        if (n % 16 == 9) a |= 0x7f800000;
        const uint32_t x = draw(random, n % 5, true), w = draw(random, n % 5, true);
        top.sum_a = a;
        top.sum_b = b;
        top.product_a = x;
        top.product_b = w;
        edge();
        same(top.sum, add_fp32(a, b), "sum", n);
        same(top.product, product_bf16(x, w), "product", n);
    }
#endif

    for (unsigned long long n = 0; n < cycles; n++) {
        // first everything is written once; then it is random, with pauses, swaps, and now and then a reset
        const bool fills = n < FILL;
        const unsigned phase = unsigned(n / 500 % 4);
        top.rst = !fills && random() % 400 == 0;
        const uint32_t often = random() % 2 ? 0xffffffff : random() | random();
        const uint32_t rows = (1u << ROWS) - 1;
        top.w_valid = rows & (fills ? rows : random() & random());
        top.x_valid = rows & (fills ? rows : often);
        top.x_swap = rows & (fills ? rows : random() & random());
        for (unsigned r = 0; r < ROWS; r++) {
            const unsigned shift = r * DATA_W;
            const uint64_t mask = ~(((uint64_t(1) << DATA_W) - 1) << shift);
            top.w_data = (top.w_data & mask) | uint64_t(draw(random, fills ? 0 : phase, FLOATING)) << shift;
            top.x_data = (top.x_data & mask) | uint64_t(draw(random, fills ? 0 : phase, FLOATING)) << shift;
        }
        edge();
        if (!fills) same(top.differs, 0, "array, seen from the output, cycle", n);
    }
    top.final();
    if (wrong > 0) std::printf("%llu of %llu checks failed\n", wrong, checks);
    else std::printf("PASS %llu checks\n", checks);
    return wrong > 0;
}
