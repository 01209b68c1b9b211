using Unroll.Kernels;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Kernels;

/// <summary>The fused gates, forward and backward, on every instruction set against the equations in double.</summary>
public class GateTests
{
    private static readonly int[] s_rows = [1, 2, 3, 4, 8, 9];
    private static readonly int[] s_units = [16, 32, 48, 128];

    public static TheoryData<string> Names => InstructionSets.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Lstm(string name)
    {
        Kernels<float> kernels = InstructionSets.Get(name);
        foreach ((int rows, int units) in Sizes())
        {
            int n = rows * units;
            float[] z = TestData.Single(4 * n, 1, 2), previous = TestData.Single(n, 2), dh = TestData.Single(n, 3),
                dc = TestData.Single(n, 4);
            Guarded slab = new(z), c = new(new float[n]), h = new(new float[n]), dC = new(dc), kept = new(previous), dH = new(dh);
            kernels.LstmForward(rows, units, new ColumnRange(0, units), slab.Span, kept.Span, c.Span, h.Span);
            double[] gates = new double[4 * n], cells = new double[n];
            for (int row = 0; row < rows; row++)
            {
                for (int u = 0; u < units; u++)
                {
                    int at = row * units + u, block = row * 4 * units + u;
                    for (int gate = 0; gate < 4; gate++)
                        gates[block + gate * units] = gate == 2 ? Math.Tanh(z[block + gate * units]) : Sigmoid(z[block + gate * units]);
                    cells[at] = gates[block + units] * previous[at] + gates[block] * gates[block + 2 * units];
                    Near(cells[at], c.Span[at]);
                    Near(gates[block + 3 * units] * Math.Tanh(cells[at]), h.Span[at]);
                }
            }

            Near(gates, slab.Span);
            kernels.LstmBackward(rows, units, new ColumnRange(0, units), slab.Span, kept.Span, c.Span, dH.Span, dC.Span);
            var expected = new double[4 * n];
            for (int row = 0; row < rows; row++)
            {
                for (int u = 0; u < units; u++)
                {
                    int at = row * units + u, block = row * 4 * units + u;
                    double i = gates[block], f = gates[block + units], g = gates[block + 2 * units], o = gates[block + 3 * units],
                        tanh = Math.Tanh(cells[at]);
                    double d = dc[at] + dh[at] * o * (1 - tanh * tanh);
                    expected[block] = d * g * i * (1 - i);
                    expected[block + units] = d * previous[at] * f * (1 - f);
                    expected[block + 2 * units] = d * i * (1 - g * g);
                    expected[block + 3 * units] = dh[at] * tanh * o * (1 - o);
                    Near(d * f, dC.Span[at]);
                }
            }

            Near(expected, slab.Span);
            Assert.Equal(previous, kept.ToArray());
            Assert.Equal(dh, dH.ToArray());
            foreach (Guarded guarded in (Guarded[])[slab, c, h, dC, kept, dH])
                guarded.CheckBands();
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Gru(string name)
    {
        Kernels<float> kernels = InstructionSets.Get(name);
        foreach ((int rows, int units) in Sizes())
        {
            int n = rows * units;
            float[] inputs = TestData.Single(4 * n, 1, 2), previous = TestData.Single(n, 2), dh = TestData.Single(n, 3);
            Guarded slab = new(inputs), h = new(new float[n]), dH = new(dh), kept = new(previous);
            kernels.GruForward(rows, units, new ColumnRange(0, units), slab.Span, kept.Span, h.Span);
            double[] forward = new double[4 * n], backward = new double[4 * n], direct = new double[n];
            for (int row = 0; row < rows; row++)
            {
                for (int u = 0; u < units; u++)
                {
                    int at = row * units + u, a = row * 4 * units + u;
                    double q = inputs[a + 3 * units], z = Sigmoid(inputs[a + units]), r = Sigmoid(inputs[a + 2 * units]),
                        candidate = Math.Tanh(inputs[a] + r * q);
                    (forward[a], forward[a + units], forward[a + 2 * units], forward[a + 3 * units]) = (candidate, z, r, q);
                    Near(z * previous[at] + (1 - z) * candidate, h.Span[at]);
                    double da = dh[at] * (1 - z) * (1 - candidate * candidate);
                    (backward[a], backward[a + units]) = (da, dh[at] * (previous[at] - candidate) * z * (1 - z));
                    (backward[a + 2 * units], backward[a + 3 * units]) = (da * q * r * (1 - r), da * r);
                    direct[at] = dh[at] * z;
                }
            }

            Near(forward, slab.Span);
            kernels.GruBackward(rows, units, new ColumnRange(0, units), slab.Span, kept.Span, dH.Span);
            Near(backward, slab.Span);
            Near(direct, dH.Span);
            Assert.Equal(previous, kept.ToArray());
            foreach (Guarded guarded in (Guarded[])[slab, h, dH, kept])
                guarded.CheckBands();
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Buffers_that_are_too_small_or_not_padded_are_refused(string name)
    {
        Kernels<float> kernels = InstructionSets.Get(name);
        float[] fits = new float[32], four = new float[128];
        Assert.Equal(
            "2 rows of 16 units do not fit buffers of 31, 32 and 32 values, or the units are not padded to 16.",
            Assert.Throws<ArgumentException>(
                () => kernels.LstmForward(2, 16, new ColumnRange(0, 16), four, new float[31], fits, fits)).Message);
        Assert.Equal(
            "2 rows of 15 units do not fit buffers of 32, 32 and 32 values, or the units are not padded to 16.",
            Assert.Throws<ArgumentException>(() => kernels.GruForward(2, 15, new ColumnRange(0, 15), four, fits, fits)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => kernels.LstmForward(2, 16, new ColumnRange(0, 8), four, fits, fits, fits));
        Assert.Throws<ArgumentOutOfRangeException>(() => kernels.GruForward(2, 16, new ColumnRange(0, 32), four, fits, fits));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => kernels.LstmForward(2, 16, new ColumnRange(0, 16), new float[127], fits, fits, fits));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => kernels.LstmBackward(2, 16, new ColumnRange(0, 16), four, fits, fits, fits, new float[31]));
        Assert.Throws<ArgumentException>(() => kernels.GruBackward(2, 16, new ColumnRange(0, 16), new float[127], fits, fits));
    }

    private static IEnumerable<(int Rows, int Units)> Sizes() => s_rows.SelectMany(rows => s_units.Select(units => (rows, units)));

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static void Near(double[] expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Near(expected[i], actual[i]);
    }

    private static void Near(double expected, float actual)
    {
        if (!(Math.Abs(expected - actual) <= 2e-6 * Math.Max(1, Math.Abs(expected))))
            Assert.Fail($"expected {expected:R}, was {actual:R}");
    }
}
