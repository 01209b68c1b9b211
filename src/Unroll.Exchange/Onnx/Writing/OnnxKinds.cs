using System.Collections.Concurrent;
using Unroll.Exchange.OnnxFormat.Writing;

namespace Unroll.Exchange;

/// <summary>
/// What <see cref="Onnx"/> writes for each kind of layer, cell and activation. Those of the library are known; one of your own is
/// registered once, before the first model with it is written. Calls are safe from any thread.
/// </summary>
/// <example>
/// <code>
/// OnnxKinds.Register&lt;Snake>((snake, layer) =>
/// {
///     string a = layer.Weights("a"), sine = layer.Node("Sin", [layer.Node("Mul", [layer.Inputs[0], a])]);
///     layer.SetOutput(0, layer.Node("Add", [layer.Inputs[0], layer.Node("Div", [layer.Node("Mul", [sine, sine]), a])]));
/// });
/// </code>
/// </example>
public static class OnnxKinds
{
    private static readonly ConcurrentDictionary<Type, Action<Layer, OnnxLayer>> s_layers = new(BuiltInLayers.All);
    private static readonly ConcurrentDictionary<Type, CellWriter> s_cells = new(BuiltInCells.All);
    private static readonly ConcurrentDictionary<Type, Func<Activation, OnnxNodes, string, string>> s_activations = new();

    /// <summary>Says how a layer is written.</summary>
    /// <typeparam name="T">A layer of your own; the library's cannot be replaced.</typeparam>
    /// <param name="write">Adds nodes, and sets each output.</param>
    /// <exception cref="ArgumentException">The layer is the library's.</exception>
    public static void Register<T>(Action<T, OnnxLayer> write)
        where T : Layer
    {
        ArgumentNullException.ThrowIfNull(write);
        RequireOwn(typeof(T));
        s_layers[typeof(T)] = (layer, nodes) => write((T)layer, nodes);
    }

    /// <summary>Says how one step of a recurrent layer is written; order, masks, states and outputs are done around it.</summary>
    /// <typeparam name="T">A recurrent layer of your own; the library's cannot be replaced.</typeparam>
    /// <param name="step">Adds the nodes of a step, and returns the states after it, in the order of the layer's states.</param>
    /// <exception cref="ArgumentException">The layer is the library's.</exception>
    public static void RegisterCell<T>(Func<T, OnnxCell, IReadOnlyList<string>> step)
        where T : Recurrent
    {
        ArgumentNullException.ThrowIfNull(step);
        RequireOwn(typeof(T));
        s_cells[typeof(T)] = new CellWriter((_, _, x) => x, (layer, cell) => step((T)layer, cell));
    }

    /// <summary>Says how an activation is written.</summary>
    /// <typeparam name="T">An activation of your own; the library's cannot be replaced.</typeparam>
    /// <param name="write">Adds the nodes for a value, whose last extent are the features, and returns the name of the result.</param>
    /// <exception cref="ArgumentException">The activation is the library's.</exception>
    public static void RegisterActivation<T>(Func<T, OnnxNodes, string, string> write)
        where T : Activation
    {
        ArgumentNullException.ThrowIfNull(write);
        RequireOwn(typeof(T));
        s_activations[typeof(T)] = (activation, nodes, x) => write((T)activation, nodes, x);
    }

    internal static Action<Layer, OnnxLayer>? Find(Layer layer) => s_layers.GetValueOrDefault(layer.GetType());

    internal static CellWriter? FindCell(Recurrent layer) => s_cells.GetValueOrDefault(layer.GetType());

    internal static Func<Activation, OnnxNodes, string, string>? Find(Activation activation) =>
        s_activations.GetValueOrDefault(activation.GetType());

    private static void RequireOwn(Type type)
    {
        if (type.Assembly == typeof(Layer).Assembly)
            throw new ArgumentException($"{type.Name} is the library's, which knows how it is written. Register kinds of your own.");
    }
}
