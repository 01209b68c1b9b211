using System.Text.Json.Serialization;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// A convolution over time: y[t] = act(Σₖ x[t·stride + k·dilation − before]·W[k] + b), where <see cref="Padding"/> says what lies before
/// the first step. Input (T, F), output (T′, Filters). Parameters: kernel [K, F, Filters], bias [Filters], as in Keras. A masked step is
/// read as padding: it adds nothing, whatever it holds. Where T′ = T (padding Same or Causal, stride 1) the mask goes on to the output;
/// otherwise it ends here.
/// </summary>
public sealed record Conv1D : Convolution
{
    /// <param name="filters">Number of outputs at each step, at least 1.</param>
    /// <param name="kernelSize">K, how many steps an output reads, at least 1.</param>
    public Conv1D(int filters, int kernelSize)
        : base(filters)
    {
        if (kernelSize < 1)
            throw new ArgumentOutOfRangeException(nameof(kernelSize), kernelSize, "A kernel reads at least 1 step.");
        KernelSize = kernelSize;
    }

    /// <summary>K.</summary>
    public int KernelSize { get; }

    /// <summary>Input steps from one output to the next.</summary>
    public int Stride { get; init => field = Option.AtLeast(1, value); } = 1;

    /// <summary>Input steps from one that an output reads to the next.</summary>
    public int Dilation { get; init => field = Option.AtLeast(1, value); } = 1;

    /// <summary>
    /// Groups of as many filters that read as many features each, group by group: the kernel has F/Groups features then. Filters and
    /// features are multiples of it.
    /// </summary>
    [JsonIgnore]
    public int Groups { get; init => field = Option.AtLeast(1, value); } = 1;

    /// <summary>In files only where there are several: those of older versions have none.</summary>
    [JsonInclude]
    [JsonPropertyName("groups")]
    internal int? GroupsInFile { get => Groups == 1 ? null : Groups; init => Groups = value ?? 1; }

    protected internal override string Kind => "conv1d";

    internal override int GroupCount => Groups;

    internal override WindowAxis[] Axes(Shape input) =>
        WindowAxis.Of(Label, input, Padding, mayBeCausal: true, (KernelSize, Stride, Dilation));
}
