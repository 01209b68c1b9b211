using Unroll.Exchange.TorchFiles;

namespace Unroll.Exchange;

/// <summary>What PyTorch calls the weights of a model, and how they lie there: the rules by which files are read and written.</summary>
/// <example><code>
/// foreach (TorchName name in TorchNames.Of(model))
///     Console.WriteLine($"{name.Parameter}: {string.Join(" + ", name.Tensors)}, {name.Layout} ({name.Module})");
/// </code></example>
public static class TorchNames
{
    /// <summary>For each parameter of a model, in its order, PyTorch's names.</summary>
    /// <param name="model">A built model.</param>
    /// <param name="options">Other names.</param>
    /// <exception cref="UnsupportedModelException">
    /// Layers that PyTorch does not have, all of them; see <see cref="TorchOptions.OwnLayouts"/>.
    /// </exception>
    /// <exception cref="UnrollException">A name that is replaced is that of no module and no tensor, or two layers would have tensors of
    /// one name.</exception>
    public static IReadOnlyList<TorchName> Of(Model model, TorchOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return TorchRules.Of(model, options ?? new TorchOptions()).Names;
    }
}

/// <summary>A parameter of a model, and what PyTorch has for it.</summary>
public sealed class TorchName
{
    internal TorchName(string parameter, Shape shape, string module, string layout, IReadOnlyList<TensorPart> parts) =>
        (Parameter, Shape, Module, Layout, Parts) = (parameter, shape, module, layout, parts);

    /// <summary>Unroll's name: <c>gru_1/kernel</c>.</summary>
    public string Parameter { get; }

    /// <summary>Unroll's shape: (F, 3H).</summary>
    public Shape Shape { get; }

    /// <summary>A module of PyTorch that computes what the layer does: <c>nn.GRU(8, 16, batch_first=True)</c>.</summary>
    public string Module { get; }

    /// <summary>The tensors that it is made of: <c>gru_1.weight_ih_l0</c>. Several are added, or hold a part each.</summary>
    public IReadOnlyList<string> Tensors => [.. Parts.Select(part => part.Tensor)];

    /// <summary>How the numbers lie there, in words: transposition, order of the gates, biases.</summary>
    public string Layout { get; }

    internal IReadOnlyList<TensorPart> Parts { get; }

    /// <summary>One line with all of it.</summary>
    public override string ToString() => $"{Parameter} {Shape}: {string.Join(" + ", Tensors)}, {Layout}; {Module}";
}
