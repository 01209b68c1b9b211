using System.Text.Json.Serialization;
using Unroll.Formats;
using Xunit;

namespace Unroll.Open.Tests;

/// <summary>What a file would lose, or could not give back, is refused when it is saved.</summary>
public class LostOptionTests
{
    static LostOptionTests()
    {
        Kinds.Register("tests/lossy", LossyJson.Default.Lossy);
        Kinds.Register("tests/two-ways", LossyJson.Default.TwoWays);
        Kinds.Register("tests/unbound", LossyJson.Default.Unbound);
        Kinds.Register("tests/picky", LossyJson.Default.Picky);
        Kinds.Register("tests/tabled", LossyJson.Default.Tabled);
        Kinds.Register<LossyByReflection>("tests/lossy-by-reflection");
    }

    public static TheoryData<string> Options => ["Internal", "PrivateSet", "ReadOnly", "Field", "_hidden", "Part"];

    [Theory]
    [MemberData(nameof(Options))]
    public void An_option_that_JSON_does_not_write_is_named(string option)
    {
        foreach (Loss loss in (Loss[])[Lossy.With(option), LossyByReflection.With(option)])
        {
            string message = Assert.Throws<UnrollException>(() => Saved(loss)).Message;
            Assert.Contains($"{loss.GetType()} (tests/lossy", message, StringComparison.Ordinal);
            Assert.Contains($"would lose the option {option}: it is ", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Usual_values_of_such_options_are_no_loss()
    {
        Saved(new Lossy { Kept = 3 });
        Saved(new LossyByReflection { Kept = 3 });
    }

    [Theory]
    [InlineData(typeof(TwoWays), "could not be read again")]
    [InlineData(typeof(Unbound), "could not be read again")]
    [InlineData(typeof(Picky), "The share is 0")]
    public void What_cannot_be_read_again_is_not_saved(Type type, string said)
    {
        Loss loss = type == typeof(TwoWays) ? new TwoWays(1, 2) : type == typeof(Unbound) ? new Unbound(4) : new Picky { Share = 0.5 };
        string message = Assert.Throws<UnrollException>(() => Saved(loss)).Message;
        Assert.Contains(type.ToString(), message, StringComparison.Ordinal);
        Assert.Contains(said, message, StringComparison.Ordinal);
    }

    /// <summary>Records compare lists by reference; what is in them counts.</summary>
    [Fact]
    public void Lists_are_compared_by_what_is_in_them()
    {
        Saved(new Tabled([1, 2, 3], ["a", "b"], new Lossy()));
        string message = Assert.Throws<UnrollException>(() => Saved(new Tabled([1], [], new Lossy()) { Secret = [4] })).Message;
        Assert.Contains("the option Secret: it is [4], but [] would be read", message, StringComparison.Ordinal);
        message = Assert.Throws<UnrollException>(() => Saved(new Tabled([1], [], Lossy.With("Field")))).Message;
        Assert.Contains("Lossy (tests/lossy) is not saved", message, StringComparison.Ordinal);
    }

    /// <summary>Through a layer, whose activation, initialiser or regulariser it is.</summary>
    [Fact]
    public void Models_and_checkpoints_ask_too()
    {
        Kinds.Register<SecretPenalty>("tests/secret-penalty");
        using var folder = new TemporaryFolder();
        var layer = new Bidirectional(new Gru(2) { KernelRegularizer = new SecretPenalty { Strength = 2 } });
        Model model = new Model(layer, new Dense(1)).Build(new Shape(4, 3));
        Assert.Contains("would lose the option Strength: it is 2, but 1 would be read",
            Assert.Throws<UnrollException>(() => ModelFile.ToBytes(model)).Message, StringComparison.Ordinal);
        var samples = new ArraySamples(new float[12], new Shape(4, 3), new float[1], new Shape(1));
        var options = new TrainingOptions { Epochs = 1, Checkpoint = new Checkpoint(folder.File("c.unroll")) };
        Assert.Contains("the option Strength", Assert.Throws<UnrollException>(() => model.Fit(samples, options)).Message,
            StringComparison.Ordinal);
        Model plain = new Model(new Flatten(), new Dense(1)).Build(new Shape(4, 3));
        Assert.Contains("the option Field", Assert.Throws<UnrollException>(
            () => plain.Fit(samples, options with { Loss = Lossy.With("Field") })).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("c.unroll")));
    }

    /// <summary>A file may be older than an option of one's own; what has no usual value must be there.</summary>
    [Fact]
    public void An_option_that_a_file_leaves_out_has_its_usual_value()
    {
        Kinds.Register("tests/fading", LossyJson.Default.Fading);
        Model model = new Model(new Dense(1) { KernelRegularizer = new Fading(3) { Rate = 0.25, Fades = false } }).Build(new Shape(2));
        byte[] file = ModelFile.ToBytes(model);
        var older = (Dense)ModelFile.FromBytes(Without(Without(file, ",\"rate\":0.25"), ",\"fades\":false"), "m.unroll").Model.Layers[0];
        Assert.Equal(new Fading(3), older.KernelRegularizer);
        Assert.Contains("The tests/fading has no steps", Assert.Throws<UnrollException>(
            () => ModelFile.FromBytes(Without(file, ",\"steps\":3"), "m.unroll")).Message, StringComparison.Ordinal);

        static byte[] Without(byte[] file, string text) => Sealed.Replace(file, text, new string(' ', text.Length));
    }

    /// <summary>A checkpoint writes the loss it compares by.</summary>
    private static void Saved(Loss loss)
    {
        using var folder = new TemporaryFolder();
        var samples = new ArraySamples(new float[4], new Shape(2), new float[2], new Shape(1));
        Model model = new Model(new Dense(1)).Build(new Shape(2));
        model.Fit(samples, new TrainingOptions { Epochs = 1, Loss = loss, Checkpoint = new Checkpoint(folder.File("c.unroll")) });
        Assert.True(File.Exists(folder.File("c.unroll")));
    }
}

/// <summary>An option of each kind that JSON leaves out.</summary>
public sealed record Lossy : Plain
{
    private double _hidden = 1;

    public double Kept { get; init; } = 1;

    internal double Internal { get; init; } = 1;

    public double PrivateSet { get; private set; } = 1;

    public double ReadOnly { get; }

    internal Loss Part { get; init; } = new Huber(1);

#pragma warning disable CA1051 // A field is what is tested.
    public double Field = 1;
#pragma warning restore CA1051

    public Lossy()
    {
    }

    private Lossy(double readOnly) => ReadOnly = readOnly;

    public static Lossy With(string option) => option switch
    {
        "Internal" => new Lossy { Internal = 2 },
        "PrivateSet" => new Lossy { PrivateSet = 2 },
        "ReadOnly" => new Lossy(2),
        "Part" => new Lossy { Part = new Huber(2) },
        "Field" => new Lossy { Field = 2 },
        _ => new Lossy { _hidden = 2 },
    };

    public double Sum() => _hidden + Field;
}

/// <summary>The same, registered without metadata of its own.</summary>
public sealed record LossyByReflection : Plain
{
    private double _hidden = 1;

    public double Kept { get; init; } = 1;

    internal double Internal { get; init; } = 1;

    public double PrivateSet { get; private set; } = 1;

    public double ReadOnly { get; }

    internal Loss Part { get; init; } = new Huber(1);

#pragma warning disable CA1051 // A field is what is tested.
    public double Field = 1;
#pragma warning restore CA1051

    public LossyByReflection()
    {
    }

    private LossyByReflection(double readOnly) => ReadOnly = readOnly;

    public static LossyByReflection With(string option) => option switch
    {
        "Internal" => new LossyByReflection { Internal = 2 },
        "PrivateSet" => new LossyByReflection { PrivateSet = 2 },
        "ReadOnly" => new LossyByReflection(2),
        "Part" => new LossyByReflection { Part = new Huber(2) },
        "Field" => new LossyByReflection { Field = 2 },
        _ => new LossyByReflection { _hidden = 2 },
    };

    public double Sum() => _hidden + Field;
}

/// <summary>Two constructors, of which JSON takes none.</summary>
public sealed record TwoWays : Plain
{
    public TwoWays(double a) => A = a;

    public TwoWays(double a, double b) => (A, B) = (a, b);

    public double A { get; }

    public double B { get; }
}

/// <summary>A parameter that no property has the name of.</summary>
public sealed record Unbound : Plain
{
    public Unbound(double power) => Exponent = power;

    public double Exponent { get; }
}

/// <summary>Refuses what its property gives.</summary>
public sealed record Picky : Plain
{
    private readonly double _share = 1;

    public double Share
    {
        get => 0;
        init => _share = value > 0 ? value : throw new ArgumentException($"The share is {value}.");
    }

    public double Used() => _share;
}

public sealed record Tabled(double[] Table, IReadOnlyList<string> Names, Loss Part) : Plain
{
    internal double[] Secret { get; init; } = [];
}

public sealed record Fading(int Steps) : Regularizer
{
    public double Rate { get; init; } = 0.5;

    public bool Fades { get; init; } = true;

    public override double Penalty<T>(ReadOnlySpan<T> weights, Shape shape) => 0;

    public override void AddGradient<T>(ReadOnlySpan<T> weights, Shape shape, Span<T> gradients)
    {
    }
}

public sealed record SecretPenalty : Regularizer
{
    internal double Strength { get; init; } = 1;

    public override double Penalty<T>(ReadOnlySpan<T> weights, Shape shape) => Strength;

    public override void AddGradient<T>(ReadOnlySpan<T> weights, Shape shape, Span<T> gradients)
    {
    }
}

/// <summary>The error, half its square: what it computes is not what is tested.</summary>
public abstract record Plain : ElementwiseLoss
{
    protected override double At<T>(T prediction, T target, out T gradient)
    {
        gradient = prediction - target;
        return 0.5 * double.CreateTruncating(gradient * gradient);
    }
}

[JsonSerializable(typeof(Lossy))]
[JsonSerializable(typeof(TwoWays))]
[JsonSerializable(typeof(Unbound))]
[JsonSerializable(typeof(Picky))]
[JsonSerializable(typeof(Tabled))]
[JsonSerializable(typeof(Fading))]
internal sealed partial class LossyJson : JsonSerializerContext;
