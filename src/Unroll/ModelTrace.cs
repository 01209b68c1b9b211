namespace Unroll;

/// <summary>What happened inside a model on its way through one window, see <see cref="Model.Trace"/>.</summary>
public sealed class ModelTrace
{
    internal ModelTrace(float[] outputs, IReadOnlyList<RecurrentTrace> recurrent, IReadOnlyList<AttentionTrace> attention) =>
        (Outputs, Recurrent, Attention) = (outputs, recurrent, attention);

    /// <summary>What the model says of the window; of several outputs one after the other.</summary>
    public float[] Outputs { get; }

    /// <summary>One for each recurrent layer, those inside others too, in the order in which they run.</summary>
    public IReadOnlyList<RecurrentTrace> Recurrent { get; }

    /// <summary>One for each attention layer, in the order in which they run.</summary>
    public IReadOnlyList<AttentionTrace> Attention { get; }
}

/// <summary>The gates and states of one recurrent layer at every step of a window.</summary>
public sealed class RecurrentTrace
{
    internal RecurrentTrace(string layer, string kind, IReadOnlyList<StepValues> gates, IReadOnlyList<StepValues> states) =>
        (Layer, Kind, Gates, States) = (layer, kind, gates, states);

    /// <summary>
    /// The layer's name, that of a part with the whole before it: <c>lstm_1</c>, <c>bidirectional_1/forward</c>. A layer that is used at
    /// several places has the place behind it from the second on: <c>lstm_1[2]</c>.
    /// </summary>
    public string Layer { get; }

    /// <summary>The kind of layer, as files name it: <c>lstm</c>, <c>gru</c>, <c>simple_rnn</c>.</summary>
    public string Kind { get; }

    /// <summary>
    /// What the gates let through, after their activations: of an LSTM <c>input</c>, <c>forget</c>, <c>candidate</c> and <c>output</c>, of
    /// a GRU <c>update</c>, <c>reset</c> and <c>candidate</c>; of a cell of your own by the names that it gives (<see
    /// cref="Layers.GateOptions.Names"/>), or numbered. NaN at steps that are masked, where gates have no effect.
    /// </summary>
    public IReadOnlyList<StepValues> Gates { get; }

    /// <summary>The states after every step: <c>h</c>, and <c>c</c> of an LSTM. A masked step leaves them as they were.</summary>
    public IReadOnlyList<StepValues> States { get; }
}

/// <summary>A vector for every step of a window.</summary>
public sealed class StepValues
{
    internal StepValues(string name, int steps, int units) => (Name, Steps, Units, Values) = (name, steps, units, new float[steps * units]);

    /// <summary>Of the gate or state.</summary>
    public string Name { get; }

    /// <summary>T.</summary>
    public int Steps { get; }

    /// <summary>H.</summary>
    public int Units { get; }

    /// <summary>[T, H], row-major, steps in the order of the window, also where the layer reads it from the end.</summary>
    public float[] Values { get; }

    /// <summary>The value of one unit at one step, both from 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such step or unit.</exception>
    public float this[int step, int unit]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(step);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(step, Steps);
            ArgumentOutOfRangeException.ThrowIfNegative(unit);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(unit, Units);
            return Values[(step * Units) + unit];
        }
    }
}

/// <summary>How much each query step of an attention layer took of each key step in a window.</summary>
public sealed class AttentionTrace
{
    internal AttentionTrace(string layer, int heads, int queries, int keys, float[] weights) =>
        (Layer, Heads, Queries, Keys, Weights) = (layer, heads, queries, keys, weights);

    /// <summary>The layer's name, as in <see cref="RecurrentTrace.Layer"/>.</summary>
    public string Layer { get; }

    /// <summary>1 but for <see cref="MultiHeadAttention"/>.</summary>
    public int Heads { get; }

    /// <summary>Q.</summary>
    public int Queries { get; }

    /// <summary>V, the steps of keys and values.</summary>
    public int Keys { get; }

    /// <summary>
    /// [Heads, Q, V], row-major: those of a query step sum to 1, or are all 0 where it is masked or sees nothing. Steps that are hidden or
    /// masked have 0.
    /// </summary>
    public float[] Weights { get; }

    /// <summary>The weight of a key step for a query step in one head, all from 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such head or step.</exception>
    public float this[int head, int query, int key]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(head);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(head, Heads);
            ArgumentOutOfRangeException.ThrowIfNegative(query);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(query, Queries);
            ArgumentOutOfRangeException.ThrowIfNegative(key);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(key, Keys);
            return Weights[(((head * Queries) + query) * Keys) + key];
        }
    }
}
