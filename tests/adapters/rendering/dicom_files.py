"""DICOM made for tests."""

import io
from typing import Any

import numpy
from pydicom import dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    EncapsulatedPDFStorage,
    ExplicitVRLittleEndian,
    JPEGBaseline8Bit,
    SecondaryCaptureImageStorage,
)


def file_of(dataset: Dataset, syntax: str = ExplicitVRLittleEndian) -> bytes:
    """Return the data set as a file."""
    dataset.SOPInstanceUID = "1.2.3.4"
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    out = io.BytesIO()
    dcmwrite(out, dataset, enforce_file_format=True)
    return out.getvalue()


def with_document(
    document: bytes, *, padding: int = 10, deflated: bool = False, **more: Any
) -> bytes:
    """Return an encapsulated document with `padding` bytes of other elements before it."""
    dataset = Dataset()
    dataset.SOPClassUID = EncapsulatedPDFStorage
    dataset.ImageComments = "x" * padding
    dataset.MIMETypeOfEncapsulatedDocument = "application/pdf"
    dataset.EncapsulatedDocument = document + b"\x00" * (len(document) % 2)
    for name, value in more.items():
        setattr(dataset, name, value)
    return file_of(dataset, DeflatedExplicitVRLittleEndian if deflated else ExplicitVRLittleEndian)


def picture(values: Any, *, bits: int = 16, **more: Any) -> Dataset:
    """Return a data set with these grey frames or this RGB frame."""
    values = numpy.asarray(values, f"uint{bits}")
    is_coloured = values.ndim == 3 and values.shape[-1] == 3
    frames = 1 if values.ndim == 2 or is_coloured else values.shape[0]
    dataset = Dataset()
    dataset.SOPClassUID = SecondaryCaptureImageStorage
    dataset.Rows, dataset.Columns = values.shape[:2] if is_coloured else values.shape[-2:]
    dataset.SamplesPerPixel = 3 if is_coloured else 1
    dataset.PhotometricInterpretation = "RGB" if is_coloured else "MONOCHROME2"
    if is_coloured:
        dataset.PlanarConfiguration = 0
    dataset.BitsAllocated = dataset.BitsStored = bits
    dataset.HighBit, dataset.PixelRepresentation = bits - 1, 0
    if frames > 1:
        dataset.NumberOfFrames = frames
    dataset.PixelData = values.tobytes()
    for name, value in more.items():
        setattr(dataset, name, value)
    return dataset


def of_jpegs(frames: list[bytes], size: tuple[int, int], interpretation: str) -> bytes:
    """Return a file whose frames are these JPEGs, said to have this interpretation of colours."""
    samples = 1 if interpretation.startswith("MONO") else 3
    shape = (size[1], size[0]) if samples == 1 else (size[1], size[0], 3)
    dataset = picture(numpy.zeros(shape), bits=8, PhotometricInterpretation=interpretation)
    if len(frames) > 1:
        dataset.NumberOfFrames = len(frames)
    dataset.PixelData = encapsulate(frames)
    dataset["PixelData"].is_undefined_length = True
    return file_of(dataset, JPEGBaseline8Bit)
