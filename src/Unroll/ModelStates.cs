namespace Unroll;

/// <summary>
/// The states of a model's recurrent layers for a batch of B rows, by layer name and state: <c>lstm_1/h</c>, <c>lstm_1/c</c>,
/// each [B, H], row-major. Layers that are missing start from zero.
/// </summary>
public sealed class ModelStates
{
    private readonly Dictionary<string, float[]> _states = [];

    /// <summary>The state of this name, for example <c>lstm_1/h</c>.</summary>
    /// <exception cref="KeyNotFoundException">There is no such state.</exception>
    public float[] this[string name]
    {
        get => _states.TryGetValue(name, out float[]? state)
            ? state
            : throw new KeyNotFoundException($"There is no state {name}; there are: {string.Join(", ", _states.Keys.Order())}. A layer gives its states with ReturnState.");
        set => _states[name] = value;
    }

    public IReadOnlyCollection<string> Names => _states.Keys;

    internal bool TryGet(string name, out float[]? state) => _states.TryGetValue(name, out state);
}

/// <summary>What <see cref="Model.Run"/> returns.</summary>
/// <param name="Output">[B, ...OutputShape], row-major.</param>
/// <param name="States">The final states of the layers with ReturnState.</param>
public sealed record ModelRun(float[] Output, ModelStates States);
