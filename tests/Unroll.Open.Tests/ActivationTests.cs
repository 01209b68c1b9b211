using System.Numerics;
using System.Text.Json.Serialization;
using Unroll;
using Unroll.Formats;
using Unroll.Kernels;
using Xunit;

namespace Unroll.Open.Tests;

/// <summary>x + sin²(ax)/a (Ziyin, Hartwig and Ueda 2020).</summary>
internal sealed record Wave(double A) : ElementwiseActivation
{
    protected override T Value<T>(T x) => x + T.Sin(T.CreateChecked(A) * x) * T.Sin(T.CreateChecked(A) * x) / T.CreateChecked(A);

    protected override T Slope<T>(T x, T y) => T.One + T.Sin(T.CreateChecked(2 * A) * x);
}

/// <summary>1/x, which is not finite at 0, where padding is.</summary>
internal sealed record Reciprocal : ElementwiseActivation
{
    protected override T Value<T>(T x) => T.One / x;

    protected override T Slope<T>(T x, T y) => -y * y;
}

/// <summary>Features divided by 1 + the sum of their squares: values that depend on each other.</summary>
internal sealed record Squash : Activation
{
    protected override bool IsElementwise => false;

    protected override void Forward<T>(SpanMath<T> math, Span<T> values) => math.Scale(values, T.One / (T.One + math.Dot(values, values)));

    /// <summary>With s = 1/(1 + x·x): dx = s·dy − 2s²·(x·dy)·x.</summary>
    protected override void Backward<T>(SpanMath<T> math, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> gradient)
    {
        T s = T.One / (T.One + math.Dot(x, x)), along = math.Dot(x, gradient);
        math.Scale(gradient, s);
        math.AddScaled(gradient, x, -(s + s) * s * along);
    }
}

/// <summary>The sigmoid once more, told by its value: a gate of your own.</summary>
internal sealed record Fade : Activation
{
    protected override bool NeedsInput => false;

    protected override void Forward<T>(SpanMath<T> math, Span<T> values)
    {
        foreach (ref T value in values)
            value = value > T.Zero ? T.One / (T.One + T.Exp(-value)) : T.Exp(value) / (T.One + T.Exp(value));
    }

    protected override void Backward<T>(SpanMath<T> math, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> gradient) =>
        math.MultiplyBySigmoidSlope(gradient, y);
}

internal sealed record Unnamed : ElementwiseActivation
{
    protected override T Value<T>(T x) => x;

    protected override T Slope<T>(T x, T y) => T.One;
}

[JsonSerializable(typeof(Wave))]
[JsonSerializable(typeof(Squash))]
[JsonSerializable(typeof(Fade))]
internal sealed partial class ActivationJson : JsonSerializerContext;

/// <summary>Activations of one's own, in every place that takes one.</summary>
public class ActivationTests
{
    public static TheoryData<string> Places =>
        ["dense", "conv", "simple rnn", "lstm", "gru", "gru, reset before", "lstm with peepholes", "activate"];

    [Theory]
    [MemberData(nameof(Places))]
    public void Gradients_are_right(string place)
    {
        foreach (Activation activation in (Activation[])[new Wave(0.7), new Squash()])
            GradientCheck.Of(Layer(place, activation), new Shape(4, 3)).ThrowIfWrong();
    }

    [Fact]
    public void What_is_not_finite_at_0_does_not_meet_padding()
    {
        var layers = new Model(new Dense(5) { Activation = Activation.Softplus }, new Activate(new Reciprocal()),
            new Dense(3) { Activation = new Reciprocal() });
        Model model = layers.Build(new Shape(3), seed: 1);
        model.Fit(Samples(), new TrainingOptions { Epochs = 2, Optimizer = new Sgd { LearningRate = 1e-6 } });
        Assert.All(model.Predict([1, 2, 3]), value => Assert.True(float.IsFinite(value)));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void They_are_saved_and_loaded(string place)
    {
        Register();
        foreach (Activation activation in (Activation[])[new Wave(0.7), new Squash(), new LeakyRelu(0.3), Activation.Mish])
        {
            Model model = new Model(Layer(place, activation)).Build(new Shape(4, 3), seed: 3);
            float[] x = [.. Enumerable.Range(0, 12).Select(i => MathF.Sin(i))];
            Assert.Equal(model.Predict(x), ModelFile.FromBytes(ModelFile.ToBytes(model), "memory").Model.Predict(x));
        }
    }

    [Fact]
    public void A_gate_of_ones_own()
    {
        Register();
        var own = new Gru(5) { RecurrentActivation = new Fade() };
        GradientCheck.Of(own, new Shape(4, 3)).ThrowIfWrong();
        float[] x = [.. Enumerable.Range(0, 12).Select(i => MathF.Sin(i))];
        float[] expected = new Model(new Gru(5)).Build(new Shape(4, 3), seed: 3).Predict(x);
        Model model = new Model(own).Build(new Shape(4, 3), seed: 3);
        Assert.All(model.Predict(x).Zip(expected), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
        Assert.Equal(model.Predict(x), ModelFile.FromBytes(ModelFile.ToBytes(model), "memory").Model.Predict(x));
        Assert.Contains("RecurrentActivation must be elementwise",
            Assert.Throws<ArgumentException>(() => new Lstm(3) { RecurrentActivation = new Squash() }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_activation_without_a_name_in_files_is_told()
    {
        Model model = new Model(new Dense(2) { Activation = new Unnamed() }).Build(new Shape(3));
        Assert.Contains("Kinds.Register<Unnamed>", Assert.Throws<UnrollException>(() => ModelFile.ToBytes(model)).Message,
            StringComparison.Ordinal);
    }

    private static void Register()
    {
        Kinds.Register("tests/wave", ActivationJson.Default.Wave);
        Kinds.Register("tests/squash", ActivationJson.Default.Squash);
        Kinds.Register("tests/fade", ActivationJson.Default.Fade);
    }

    private static Layer Layer(string place, Activation activation) => place switch
    {
        "dense" => new Dense(5) { Activation = activation },
        "conv" => new Conv1D(5, 2) { Activation = activation },
        "simple rnn" => new SimpleRnn(5) { Activation = activation },
        "lstm" => new Lstm(5) { Activation = activation },
        "gru" => new Gru(5) { Activation = activation },
        "gru, reset before" => new Gru(5) { Activation = activation, ResetAfter = false },
        "lstm with peepholes" => new Lstm(5) { Activation = activation, Peepholes = true },
        _ => new Activate(activation),
    };

    private static ArraySamples Samples() =>
        new([.. Enumerable.Range(0, 30).Select(i => 1 + i % 7f)], new Shape(3), [.. Enumerable.Range(0, 30).Select(i => i % 5f)],
            new Shape(3));
}
