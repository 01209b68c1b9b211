using System.Numerics;
using System.Text.Json;
using Unroll.Exchange;

namespace Unroll.Server.Serving;

/// <summary>Tensors of ONNX graphs from numbers of JSON and back.</summary>
internal static class GraphTensors
{
    /// <exception cref="RequestException">A value does not fit the type.</exception>
    public static OnnxTensor Of(TensorValues values, TensorInfo input)
    {
        List<double> numbers = values.Exact!;
        if (values.HasTruthValues && input.DataType != "BOOL")
            throw new RequestException(400, $"Input {input.Name} is {input.DataType}, but a truth value is among its values.");
        return input.DataType switch
        {
            "FP32" => OnnxTensor.Of([.. numbers.Select(value => Finite((float)value, input))], values.Extents),
            "FP64" => OnnxTensor.Of([.. numbers], values.Extents),
            "FP16" => OnnxTensor.Of([.. numbers.Select(value => Finite((Half)value, input))], values.Extents),
            "INT8" => Whole<sbyte>(),
            "INT16" => Whole<short>(),
            "INT32" => Whole<int>(),
            "INT64" => Whole<long>(),
            "UINT8" => Whole<byte>(),
            "UINT16" => Whole<ushort>(),
            "UINT32" => Whole<uint>(),
            "UINT64" => Whole<ulong>(),
            "BOOL" => OnnxTensor.Of([.. numbers.Select(value => value is 0 or 1 ? value == 1 : throw NoFit(input))], values.Extents),
            _ => throw new RequestException(400, $"Input {input.Name} is {input.DataType}, which JSON has no form for."),
        };

        OnnxTensor Whole<T>()
            where T : unmanaged, INumber<T> => OnnxTensor.Of([.. numbers.Select(value => WholeOf<T>(value, input))], values.Extents);
    }

    /// <exception cref="RequestException">A value is not finite.</exception>
    public static void Write(Utf8JsonWriter json, OnnxTensor tensor)
    {
        json.WriteStartArray();
        switch (tensor.Type)
        {
            case TensorType.Float32:
                foreach (float value in tensor.Values<float>())
                    json.WriteNumberValue(float.IsFinite(value) ? value : throw NotFinite());
                break;
            case TensorType.Float64:
                foreach (double value in tensor.Values<double>())
                    json.WriteNumberValue(double.IsFinite(value) ? value : throw NotFinite());
                break;
            case TensorType.Float16:
                foreach (Half value in tensor.Values<Half>())
                    json.WriteNumberValue(Half.IsFinite(value) ? (float)value : throw NotFinite());
                break;
            case TensorType.Boolean:
                foreach (bool value in tensor.Values<bool>())
                    json.WriteBooleanValue(value);
                break;
            case TensorType.Int8:
                Whole<sbyte>();
                break;
            case TensorType.Int16:
                Whole<short>();
                break;
            case TensorType.Int32:
                Whole<int>();
                break;
            case TensorType.Int64:
                Whole<long>();
                break;
            case TensorType.UInt8:
                Whole<byte>();
                break;
            case TensorType.UInt16:
                Whole<ushort>();
                break;
            case TensorType.UInt32:
                Whole<uint>();
                break;
            case TensorType.UInt64:
                foreach (ulong value in tensor.Values<ulong>())
                    json.WriteNumberValue(value);
                break;
            default:
                throw new RequestException(409, $"The graph gives {tensor.Type}, which JSON has no form for.");
        }

        json.WriteEndArray();

        void Whole<T>()
            where T : unmanaged, INumber<T>
        {
            foreach (T value in tensor.Values<T>())
                json.WriteNumberValue(long.CreateChecked(value));
        }
    }

    private static T WholeOf<T>(double value, TensorInfo input)
        where T : unmanaged, INumber<T>
    {
        // From here on a double may stand for several whole numbers of the text.
        const double Exact = 1L << 53;
        T whole = T.CreateSaturating(value);
        return Math.Abs(value) < Exact && double.CreateChecked(whole) == value ? whole : throw NoFit(input);
    }

    private static T Finite<T>(T value, TensorInfo input)
        where T : INumber<T> => T.IsFinite(value) ? value : throw NoFit(input);

    private static RequestException NoFit(TensorInfo input) =>
        new(400, $"A value of input {input.Name} is no number of its type, {input.DataType}.");

    private static RequestException NotFinite() => new(422, "The graph's answer has a value that is no finite number.");
}
