using Unroll.Kernels;
using Xunit;

namespace Unroll.Tests.Layers;

public class InitializerTests
{
    public static TheoryData<Initializer, double> Limits => new()
    {
        { Initializer.GlorotUniform, Math.Sqrt(6.0 / (40 + 300)) },
        { Initializer.HeUniform, Math.Sqrt(6.0 / 40) },
        { Initializer.LecunUniform, Math.Sqrt(3.0 / 40) },
        { Initializer.RandomUniform, 0.05 },
    };

    public static TheoryData<Initializer, double> Deviations => new()
    {
        { Initializer.GlorotNormal, Math.Sqrt(2.0 / (40 + 300)) },
        { Initializer.HeNormal, Math.Sqrt(2.0 / 40) },
        { Initializer.LecunNormal, Math.Sqrt(1.0 / 40) },
        { Initializer.RandomNormal, 0.05 },
        { Initializer.StandardNormal, 1 },
    };

    [Theory]
    [MemberData(nameof(Limits))]
    public void Uniform_values_fill_their_range_evenly(Initializer initializer, double limit)
    {
        double[] values = Create(initializer, new Shape(40, 300));
        Assert.InRange(values.Max(), 0.998 * limit, limit);
        Assert.InRange(values.Min(), -limit, -0.998 * limit);
        Assert.Equal(0, values.Average(), 0.02 * limit);
        Assert.Equal(limit * limit / 3, values.Average(value => value * value), 0.01 * limit * limit);
    }

    [Theory]
    [MemberData(nameof(Deviations))]
    public void Normal_values_have_their_deviation_and_are_cut_at_two_of_the_uncut(Initializer initializer, double deviation)
    {
        double[] values = Create(initializer, new Shape(40, 300));
        Assert.Equal(0, values.Average(), 0.03 * deviation);
        Assert.Equal(deviation, Math.Sqrt(values.Average(value => value * value)), 0.02 * deviation);
        double farthest = values.Max(Math.Abs) / deviation;
        if (initializer is NormalInitializer)
            Assert.InRange(farthest, 3, 6);
        else
            Assert.InRange(farthest, 2.2, 2 / 0.87962566103423978);
    }

    /// <summary>
    /// The fans of a convolution's kernel [K, F, filters] are K·F and K·filters, as in Keras; its orthogonal rows are those of [K·F,
    /// filters].
    /// </summary>
    [Fact]
    public void Kernels_of_convolutions_count_every_place_of_a_window()
    {
        var images = new Shape(3, 5, 8, 20);
        double[] glorot = Create(Initializer.GlorotUniform, images), lecun = Create(Initializer.LecunUniform, images);
        Assert.InRange(glorot.Max(), 0.99 * Math.Sqrt(6.0 / (15 * 28)), Math.Sqrt(6.0 / (15 * 28)));
        Assert.InRange(lecun.Max(), 0.99 * Math.Sqrt(3.0 / (15 * 8)), Math.Sqrt(3.0 / (15 * 8)));
        Assert.Equal(Create(Initializer.Orthogonal, new Shape(6, 4)), Create(Initializer.Orthogonal, new Shape(3, 2, 4)));
    }

    [Fact]
    public void Zeros_and_ones()
    {
        Assert.All(Create(Initializer.Zeros, new Shape(3, 4)), value => Assert.Equal(0, value));
        Assert.All(Create(Initializer.Ones, new Shape(3, 4)), value => Assert.Equal(1, value));
    }

    [Theory]
    [InlineData(125, 500)]
    [InlineData(5, 5)]
    [InlineData(12, 7)]
    [InlineData(1, 4)]
    public void Orthogonal_vectors_have_length_1_and_stand_at_right_angles(int rows, int columns)
    {
        double[] values = Create(Initializer.Orthogonal, new Shape(rows, columns));
        int count = Math.Min(rows, columns), length = Math.Max(rows, columns);
        double At(int vector, int i) => rows <= columns ? values[vector * columns + i] : values[i * columns + vector];
        for (int a = 0; a < count; a++)
        {
            for (int b = 0; b <= a; b++)
                Assert.Equal(a == b ? 1 : 0, Enumerable.Range(0, length).Sum(i => At(a, i) * At(b, i)), 1e-12);
        }
    }

    /// <summary>Of a normal matrix there is one Q with a positive diagonal of R, so two algorithms come to the same numbers.</summary>
    [Theory]
    [InlineData(257, 1031)]
    [InlineData(301, 301)]
    [InlineData(3, 5)]
    [InlineData(64, 64)]
    public void Orthogonal_rows_by_products_are_those_of_gram_and_schmidt(int count, int length)
    {
        double[] fast = TestData.Normal(count * length, 9), slow = [.. fast];
        Assert.True(CholeskyQr.TryOrthonormalize(fast, count, length));
        OrthogonalInitializer.GramSchmidt(slow, count, length);
        for (int i = 0; i < fast.Length; i++)
            Assert.Equal(slow[i], fast[i], 1e-11);
        for (int a = 0; a < count; a += 7)
        {
            for (int b = 0; b <= a; b += 5)
                Assert.Equal(a == b ? 1 : 0, Enumerable.Range(0, length).Sum(i => fast[a * length + i] * fast[b * length + i]), 1e-12);
        }
    }

    [Fact]
    public void Rows_that_depend_on_each_other_are_not_made_orthonormal_by_products()
    {
        double[] rows = TestData.Normal(5 * 9, 9);
        rows.AsSpan(0, 9).CopyTo(rows.AsSpan(27));
        Assert.False(CholeskyQr.TryOrthonormalize(rows, 5, 9));
    }

    [Fact]
    public void The_fans_are_those_of_the_fused_matrix_and_the_recurrent_matrix_is_orthogonal_as_a_whole()
    {
        Model model = new Model(new Lstm(125), new Dense(1)).Build(new Shape(60, 1), seed: 455);
        float[] kernel = model.GetWeights("lstm_1/kernel"), recurrent = model.GetWeights("lstm_1/recurrent_kernel"),
            bias = model.GetWeights("lstm_1/bias");
        Assert.Equal(0.1094, Math.Sqrt(6.0 / (1 + 500)), 4);
        Assert.InRange(kernel.Max(Math.Abs), 0.108, 0.1095);
        for (int a = 0; a < 125; a += 31)
        {
            for (int b = 0; b < 125; b += 31)
            {
                double dot = Enumerable.Range(0, 500).Sum(i => (double)recurrent[a * 500 + i] * recurrent[b * 500 + i]);
                Assert.Equal(a == b ? 1 : 0, dot, 1e-6);
            }
        }

        for (int i = 0; i < 500; i++)
            Assert.Equal(i is >= 125 and < 250 ? 1f : 0f, bias[i]);
        Assert.All(model.GetWeights("dense_1/bias"), value => Assert.Equal(0, value));
    }

    [Fact]
    public void The_forget_gates_bias_starts_at_zero_on_request_and_at_one_with_any_initializer()
    {
        Model without = new Model(new Lstm(3) { UnitForgetBias = false }).Build(new Shape(2, 1));
        Assert.All(without.GetWeights("lstm_1/bias"), value => Assert.Equal(0, value));
        float[] drawn = new Model(new Lstm(3) { BiasInitializer = Initializer.RandomUniform }).Build(new Shape(2, 1))
            .GetWeights("lstm_1/bias");
        Assert.All(drawn[3..6], value => Assert.Equal(1, value));
        Assert.All(drawn[..3].Concat(drawn[6..]), value => Assert.InRange(Math.Abs(value), 1e-9f, 0.05f));
    }

    [Fact]
    public void The_parameter_counts_are_those_that_the_tutorial_prints()
    {
        Assert.Equal([63_500, 126], Counts(new Lstm(125)));
        Assert.Equal([48_000, 126], Counts(new Gru(125)));
        Assert.Equal([15_875, 126], Counts(new SimpleRnn(125)));
        Assert.Equal([47_625, 126], Counts(new Gru(125) { ResetAfter = false }));
        Assert.Equal([63_000, 126], Counts(new Lstm(125) { UseBias = false }));
        Assert.Equal([127_000, 251], Counts(new Bidirectional(new Lstm(125))));

        static int[] Counts(Layer recurrent)
        {
            Model model = new Model(recurrent, new Dense(1)).Build(new Shape(60, 1));
            ModelSummary summary = model.Summary();
            Assert.Equal(model.ParameterCount, summary.TotalParameters);
            return [.. summary.Layers.Select(layer => layer.Parameters)];
        }
    }

    /// <summary>Initialisers with numbers: limits, moments, and the ones of files' words, which are some of them.</summary>
    [Fact]
    public void Initializers_with_numbers()
    {
        var shape = new Shape(40, 300);
        Assert.All(Create(Initializer.Constant(0.25), shape), value => Assert.Equal(0.25, value));
        double[] uniform = Create(Initializer.Uniform(1, 3), shape);
        Assert.InRange(uniform.Min(), 1, 1.01);
        Assert.InRange(uniform.Max(), 2.99, 3);
        Moments(Initializer.Normal(2, 0.5), 2, 0.5);
        Moments(Initializer.TruncatedNormal(-1, 0.5), -1, 0.5 * 0.87962566);
        Assert.All(Create(Initializer.TruncatedNormal(-1, 0.5), shape), value => Assert.InRange(value, -2, 0));
        Moments(Initializer.VarianceScaling(3, Fan.Out, WeightDistribution.Normal), 0, Math.Sqrt(3.0 / 300));
        Moments(Initializer.VarianceScaling(3, Fan.Out, WeightDistribution.Uniform), 0, Math.Sqrt(3.0 / 300));
        Moments(Initializer.VarianceScaling(3, Fan.Out), 0, Math.Sqrt(3.0 / 300));
        Assert.Equal([2, 0, 0, 0, 2, 0], Create(Initializer.Identity(2), new Shape(2, 3)));
        Assert.Equal(Create(Initializer.Orthogonal, shape).Select(value => 1.5 * value), Create(new OrthogonalInitializer(1.5), shape));
        Assert.Equal(Initializer.GlorotUniform, new VarianceScalingInitializer(1, Fan.Average, WeightDistribution.Uniform));
        Assert.Contains("only a matrix", Assert.Throws<UnrollException>(() => Create(Initializer.Identity(), new Shape(3))).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Initializer.Uniform(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Initializer.Normal(0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Initializer.VarianceScaling(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Initializer.Constant(double.NaN));
        Assert.Throws<ArgumentNullException>(() => new Dense(1) { KernelInitializer = null! });

        void Moments(Initializer initializer, double mean, double deviation)
        {
            double[] values = Create(initializer, shape);
            Assert.Equal(mean, values.Average(), 0.02 * Math.Max(deviation, Math.Abs(mean)));
            Assert.Equal(deviation, Math.Sqrt(values.Average(value => (value - mean) * (value - mean))), 0.02 * deviation);
        }
    }

    [Fact]
    public void A_seed_gives_the_same_weights_and_another_seed_others()
    {
        float[] Weights(int seed) => new Model(new Gru(7)).Build(new Shape(3, 2), seed).GetWeights("gru_1/kernel");
        Assert.Equal(Weights(455), Weights(455));
        Assert.Empty(Weights(455).Intersect(Weights(456)));
        Assert.Empty(Weights(-1).Intersect(Weights(1)));
    }

    private static double[] Create(Initializer initializer, Shape shape)
    {
        var random = new RandomSource(5);
        var values = new double[shape.Size];
        initializer.Fill(values, shape, ref random);
        return values;
    }
}
