// array.cpp - the array of cells as C, for long simulations: what <prefix>array.v and its cells do between two rising edges.
// templates/tb/cells/array.v.hbs takes that module's place and calls this; it has the same bits in every cycle, once its registers have been written.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "svdpi.h"

// The loops below are written for the compiler to vectorise, for whatever processor the simulator will run on.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3,fp-contract=off")
#define FOR_EACH_PROCESSOR __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FOR_EACH_PROCESSOR
#endif

namespace {

constexpr uint32_t SIGN = 0x80000000, EXPONENT = 0x7f800000, NOT_A_NUMBER = 0x7fc00000;
// What data registers hold before anything is written to them: a NaN in either width.
constexpr uint32_t UNWRITTEN = 0x7fda7fc5;

inline float number(uint32_t bits) {
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

// Bits of a result: subnormals are signed zero, and there is one NaN.
inline uint32_t result(float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    bits = bits & EXPONENT ? bits : bits & SIGN;
    return (bits & ~SIGN) > EXPONENT ? NOT_A_NUMBER : bits;
}

inline uint32_t without_subnormals(uint32_t bits) { return bits & EXPONENT ? bits : bits & SIGN; }

// An odd subnormal is a structural zero: -0 comes of it, whatever the other operand is.
inline uint32_t is_structural_zero(uint32_t bf16) { return uint32_t((bf16 & 0x7f80) == 0) & bf16 & 1; }

// bf16 x bf16, which is exact in fp32 but for what leaves its range.
inline uint32_t product_bf16(uint32_t a, uint32_t b) {
    const uint32_t product = result(number(without_subnormals(a << 16)) * number(without_subnormals(b << 16)));
    return is_structural_zero(a) | is_structural_zero(b) ? SIGN : product;
}

inline uint32_t add_fp32(uint32_t a, uint32_t b) { return result(number(without_subnormals(a)) + number(without_subnormals(b))); }

inline uint32_t product_int8(uint32_t a, uint32_t b) { return uint32_t(int32_t(int8_t(a)) * int32_t(int8_t(b))); }

inline uint32_t choose(uint32_t condition, uint32_t a, uint32_t b) { return condition ? a : b; }

using Words = std::vector<uint32_t>;

// Registers of all cells, row by row. What a cell holds of x and w is what enters the one to its right.
struct Cells {
    Cells(unsigned rows, unsigned columns, unsigned stages, bool floating)
        : rows(rows), columns(columns), floating(floating), sums(stages + 1, Words((rows + 1) * columns, UNWRITTEN)) {
        for (Words* control : {&w_valid, &x_valid, &x_swap, &w_valid_in, &x_valid_in, &x_swap_in}) control->assign(count(), 0);
        for (Words* data : {&w_out, &x_data, &w_next, &w_active, &weight, &product, &w_in, &x_in}) data->assign(count(), UNWRITTEN);
        for (Words& sum : sums) std::fill_n(sum.begin(), columns, 0);
    }
    unsigned count() const { return rows * columns; }
    // Sums that leave the cells, so many edges after they were added; those of a row stand where the next row takes them, below a row of +0.
    Words& after(unsigned edges) { return sums[(newest + edges) % sums.size()]; }

    const unsigned rows, columns;
    const bool floating;
    Words w_valid, x_valid, x_swap, w_out, x_data, w_next, w_active, weight, product;
    Words w_valid_in, x_valid_in, x_swap_in, w_in, x_in;    // what enters the cells
    std::vector<Words> sums;    // one for each stage of the adder, and one to write to
    unsigned newest = 0;
};

FOR_EACH_PROCESSOR
void add_bf16(unsigned count, const uint32_t* above, const uint32_t* product, uint32_t* __restrict sum) {
    for (unsigned i = 0; i < count; i++) sum[i] = add_fp32(above[i], product[i]);
}

FOR_EACH_PROCESSOR
void add_int8(unsigned count, const uint32_t* above, const uint32_t* product, const uint32_t* x_valid, const uint32_t* held,
              uint32_t* __restrict sum) {
    for (unsigned i = 0; i < count; i++) sum[i] = choose(x_valid[i], above[i] + product[i], held[i]);
}

FOR_EACH_PROCESSOR
void multiply_bf16(unsigned count, const uint32_t* x_valid, const uint32_t* x, const uint32_t* weight, uint32_t* __restrict product) {
    for (unsigned i = 0; i < count; i++) product[i] = choose(x_valid[i], product_bf16(x[i], weight[i]), product[i]);
}

FOR_EACH_PROCESSOR
void multiply_int8(unsigned count, const uint32_t* x_valid, const uint32_t* x, const uint32_t* weight, uint32_t* __restrict product) {
    for (unsigned i = 0; i < count; i++) product[i] = choose(x_valid[i], product_int8(x[i], weight[i]), product[i]);
}

// The stationary operands: `weight` becomes what each cell multiplies by, and `swap` whether it takes its next one.
FOR_EACH_PROCESSOR
void load(unsigned count, const uint32_t* w_valid, const uint32_t* w, const uint32_t* x_valid, const uint32_t* x_swap,
          uint32_t* __restrict next, uint32_t* __restrict active, uint32_t* __restrict out, uint32_t* __restrict weight,
          uint32_t* __restrict swap) {
    for (unsigned i = 0; i < count; i++) {
        const uint32_t before = next[i];
        swap[i] = x_valid[i] & x_swap[i];
        weight[i] = choose(x_swap[i], before, active[i]);
        active[i] = choose(swap[i], before, active[i]);
        out[i] = choose(w_valid[i], before, out[i]);
        next[i] = choose(w_valid[i], w[i], before);
    }
}

FOR_EACH_PROCESSOR
void take(unsigned count, const uint32_t* valid, const uint32_t* in, uint32_t* __restrict held) {
    for (unsigned i = 0; i < count; i++) held[i] = choose(valid[i], in[i], held[i]);
}

// Operands lie as their bits do, the first lane lowest.
inline uint32_t operand(const svBitVecVal* lanes, unsigned index, bool floating) {
    return floating ? lanes[index / 2] >> (index % 2 * 16) & 0xffff : lanes[index / 4] >> (index % 4 * 8) & 0xff;
}

inline uint32_t bit(const svBitVecVal* bits, unsigned index) { return bits[index / 32] >> (index % 32) & 1; }

// What enters the cells: of the first column from outside, of the others what their left neighbours hold.
template <typename Outside> void enter(const Cells& cells, const Words& held, Words& in, Outside outside) {
    std::memcpy(in.data() + 1, held.data(), (cells.count() - 1) * sizeof(uint32_t));
    for (unsigned r = 0; r < cells.rows; r++) in[r * cells.columns] = outside(r);
}

}  // namespace

extern "C" void* cells_new(int rows, int columns, int stages, svBit floating) {
    static std::vector<std::unique_ptr<Cells>> all;
    all.emplace_back(new Cells(unsigned(rows), unsigned(columns), unsigned(stages), floating));
    return all.back().get();
}

// A rising edge: takes the inputs of before it, and gives the outputs of after it, a word for each column.
extern "C" void cells_step(void* handle, svBit rst, const svBitVecVal* w_valid, const svBitVecVal* w_data, const svBitVecVal* x_valid,
                           const svBitVecVal* x_swap, const svBitVecVal* x_data, svBitVecVal* y_data) {
    Cells& cells = *static_cast<Cells*>(handle);
    const unsigned count = cells.count(), stages = unsigned(cells.sums.size()) - 1;
    enter(cells, cells.w_valid, cells.w_valid_in, [&](unsigned r) { return bit(w_valid, r); });
    enter(cells, cells.x_valid, cells.x_valid_in, [&](unsigned r) { return bit(x_valid, r); });
    enter(cells, cells.x_swap, cells.x_swap_in, [&](unsigned r) { return bit(x_swap, r); });
    enter(cells, cells.w_out, cells.w_in, [&](unsigned r) { return operand(w_data, r, cells.floating); });
    enter(cells, cells.x_data, cells.x_in, [&](unsigned r) { return operand(x_data, r, cells.floating); });

    const uint32_t* const above = cells.after(stages - 1).data();
    cells.newest = (cells.newest + stages) % (stages + 1);
    uint32_t* const sum = cells.after(0).data() + cells.columns;
    if (cells.floating) add_bf16(count, above, cells.product.data(), sum);
    else add_int8(count, above, cells.product.data(), cells.x_valid.data(), above + cells.columns, sum);

    load(count, cells.w_valid_in.data(), cells.w_in.data(), cells.x_valid_in.data(), cells.x_swap_in.data(), cells.w_next.data(),
         cells.w_active.data(), cells.w_out.data(), cells.weight.data(), cells.x_swap.data());
    const auto multiply = cells.floating ? multiply_bf16 : multiply_int8;
    multiply(count, cells.x_valid_in.data(), cells.x_in.data(), cells.weight.data(), cells.product.data());
    take(count, cells.x_valid_in.data(), cells.x_in.data(), cells.x_data.data());
    cells.w_valid = cells.w_valid_in;
    cells.x_valid = cells.x_valid_in;
    if (rst)
        for (Words* control : {&cells.w_valid, &cells.x_valid, &cells.x_swap}) control->assign(count, 0);

    std::memcpy(y_data, cells.after(stages - 1).data() + count, cells.columns * sizeof(uint32_t));
}
